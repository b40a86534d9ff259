"""The nouns of a launch day: frozen, standard library only, knowing nothing of files, networks or screens."""
