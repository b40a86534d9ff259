"""What the cockpit's start is measured against: the toolkit with one line of text, and nothing else."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """One line that changes once a second."""

    BINDINGS = [("q", "quit", "quit")]  # noqa: RUF012 - the framework's own way to say it

    def compose(self) -> ComposeResult:
        """The line."""
        yield Static("READY 0", id="line")

    def on_mount(self) -> None:
        """Start counting."""
        self.count = 0
        self.set_interval(1.0, self.tick)

    def tick(self) -> None:
        """Change one character."""
        self.count += 1
        self.query_one("#line", Static).update(f"READY {self.count}")


if __name__ == "__main__":
    Bare().run()
