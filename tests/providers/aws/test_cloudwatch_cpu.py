"""CPU of machines as CloudWatch tells of it in life: late, in pages, in part, in fives, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from aws_home import AwsHome
from cloudwatch_makers import (
    GROUP,
    MINUTE,
    NOW,
    OPEN,
    SCM,
    CloudWatch,
    Place,
    Watch,
    by_machine,
    cloud_watch,
    provider,
    sorted_out,
)

from evtui.clock import ManualClock
from evtui.domain.campaign import Service
from evtui.domain.reading import CpuPoints, FailureKind, Topic
from evtui.providers.base import SourceError
from evtui.store.load import cpu_now

ALL = ("i-fixed", "i-1", "i-2", "i-3")


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with cloud_watch() as running:
        yield running


@pytest.fixture
def cloud(aws_home: AwsHome, place: Place) -> CloudWatch:
    """Three machines of a group and a fixed one, each with samples of the last hours up to 10:29 local time."""
    known = place.fresh()
    known.groups[GROUP] = [(name, "InService") for name in ALL[1:]]
    for number, name in enumerate(ALL, 1):
        known.tell(name, -240, 30, 10.0 * number)
    return known


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def watch(cloud: CloudWatch, clock: ManualClock) -> Watch:
    return Watch(provider(cloud.url, clock), Topic.CPU, clock)


async def test_the_last_hours_come_first_and_the_day_before_next(cloud: CloudWatch, watch: Watch) -> None:
    cloud.tell("i-1", -1600, -240)
    first = await watch.poll()
    assert min(by_machine(first)["i-1"]) == 31 - 180
    assert first.coverage.more
    second = await watch.poll()
    assert min(by_machine(second)["i-1"]) == -1440
    assert max(by_machine(second)["i-1"]) == 31 - 181
    assert not second.coverage.more
    assert len(watch.points) == len({(point.machine, point.minute) for point in watch.points})


async def test_one_question_a_poll_for_what_is_missing_only(cloud: CloudWatch, watch: Watch) -> None:
    await watch.poll()
    await watch.poll()
    del cloud.asked[:]
    for name in ALL:
        cloud.tell(name, 30, 31, 50.0)
    answer = await watch.poll(1)
    assert [(question.start, question.end, question.step) for question in cloud.asked] == [(30, 32, 1)]
    assert set(cloud.asked[0].names) == set(ALL)
    assert by_machine(answer) == {name: {30: 50.0} for name in ALL}
    assert answer.spent.metrics == 4
    assert answer.spent.usd == pytest.approx(0.00004)


async def test_the_newest_fact_is_the_end_of_the_newest_minute(watch: Watch) -> None:
    answer = await watch.poll()
    assert answer.fact_time == OPEN + 30 * MINUTE
    assert (answer.coverage.seen, answer.coverage.expected) == (4, 4)
    assert answer.login is not None
    assert answer.exchange is not None
    assert "GetMetricData" in answer.exchange.asked


async def test_a_late_sample_is_waited_for_and_told_once(cloud: CloudWatch, watch: Watch) -> None:
    cloud.hidden["i-2"] = {27, 29}
    first = await watch.poll()
    assert 27 not in by_machine(first)["i-2"]
    cloud.hidden["i-2"] = {27}
    assert 29 in by_machine(await watch.poll(1))["i-2"]
    del cloud.hidden["i-2"]
    assert by_machine(await watch.poll(3)) == {"i-2": {27: 30.0}}
    assert by_machine(await watch.poll(1)) == {}


async def test_the_mean_says_three_of_four_while_one_is_silent(cloud: CloudWatch, watch: Watch) -> None:
    cloud.samples["i-3"] = dict.fromkeys(range(-240, 20), 40.0)
    answer = await watch.poll()
    figures = cpu_now(watch.state, "SCMAPI", watch.clock.now())
    assert (figures.reporting, figures.expected) == (3, 4)
    assert figures.mean == pytest.approx(20.0)
    assert (answer.coverage.seen, answer.coverage.expected) == (3, 4)
    assert answer.coverage.note == "no CPU lately of i-3"
    assert max(sorted_out(watch.points)["i-3"]) == 19


async def test_of_many_silent_machines_three_are_named(cloud: CloudWatch, watch: Watch) -> None:
    cloud.groups[GROUP] += [(f"i-new{number}", "InService") for number in range(5)]
    answer = await watch.poll()
    assert (answer.coverage.seen, answer.coverage.expected) == (4, 9)
    assert answer.coverage.note == "no CPU lately of i-new0, i-new1, i-new2 and 2 more"
    for number in range(5):
        cloud.tell(f"i-new{number}", 25, 33)
    assert (await watch.poll(1)).coverage.note == ""


async def test_a_machine_that_is_a_minute_late_is_not_called_silent(cloud: CloudWatch, watch: Watch) -> None:
    cloud.hidden["i-3"] = {29}
    assert (await watch.poll()).coverage.note == ""


async def test_a_machine_that_ends_keeps_its_minutes_and_is_asked_no_more(cloud: CloudWatch, watch: Watch) -> None:
    await watch.poll()
    cloud.groups[GROUP][2] = ("i-3", "Terminating:Wait")
    del cloud.asked[:]
    answer = await watch.poll(1)
    assert all("i-3" not in question.names for question in cloud.asked)
    assert isinstance(answer.value, CpuPoints)
    assert ("SCMAPI", "i-3") not in answer.value.machines
    figures = cpu_now(watch.state, "SCMAPI", watch.clock.now())
    assert (figures.reporting, figures.expected) == (3, 3)
    assert watch.state.cpu["SCMAPI", "i-3"].newest is not None


async def test_a_machine_back_from_standby_is_asked_for_what_is_missing(cloud: CloudWatch, watch: Watch) -> None:
    await watch.poll()
    await watch.poll()
    cloud.groups[GROUP][2] = ("i-3", "Standby")
    cloud.tell("i-3", 30, 60)
    await watch.poll(20)
    cloud.groups[GROUP][2] = ("i-3", "InService")
    del cloud.asked[:]
    answer = await watch.poll(5)
    assert min(question.start for question in cloud.asked if "i-3" in question.names) == 30
    assert sorted(by_machine(answer)["i-3"]) == [*range(30, 56)]


async def test_a_new_machine_without_data_is_never_a_zero(cloud: CloudWatch, watch: Watch) -> None:
    cloud.groups[GROUP].append(("i-new", "InService"))
    answer = await watch.poll()
    figures = cpu_now(watch.state, "SCMAPI", watch.clock.now())
    assert (figures.reporting, figures.expected) == (4, 5)
    assert figures.mean == pytest.approx(25.0)
    assert ("i-new", None) in figures.machines
    assert "i-new" not in by_machine(answer)


async def test_pages_are_followed(cloud: CloudWatch, watch: Watch) -> None:
    cloud.page = 101
    answer = await watch.poll()
    assert all(len(points) == 179 for points in by_machine(answer).values())
    assert answer.coverage.note == ""
    # 716 samples are eight pages, the group is not paid for
    assert answer.spent.metrics == 8 * 4


async def test_a_page_that_comes_again_is_no_answer(cloud: CloudWatch, watch: Watch) -> None:
    cloud.page, cloud.same_page = 101, True
    with pytest.raises(SourceError) as refusal:
        await watch.poll()
    assert refusal.value.kind is FailureKind.DATA
    assert refusal.value.spent.metrics == 8


@pytest.mark.parametrize("state", ["PartialData", "InternalError", "Forbidden"])
async def test_a_series_told_in_part_is_said_and_asked_again(cloud: CloudWatch, watch: Watch, state: str) -> None:
    cloud.states["i-2"] = state
    cloud.messages.append({"Code": "Trouble", "Value": "some \x1b[31mred"})
    answer = await watch.poll()
    assert "i-2" not in by_machine(answer)
    assert f"1 of 4 machines (i-2): {state}, asked again" in answer.coverage.note
    assert "no CPU" not in answer.coverage.note
    assert "Trouble: some ␛[31mred" in answer.coverage.note
    assert answer.coverage.seen == 3
    await watch.poll(20)
    del cloud.states["i-2"]
    answer = await watch.poll(1)
    assert sorted(by_machine(answer)["i-2"]) == [*range(-240, 30)]


@pytest.mark.parametrize(("state", "kind"), [("InternalError", FailureKind.DOWN), ("Forbidden", FailureKind.AUTH)])
async def test_no_series_told_is_a_failure(cloud: CloudWatch, watch: Watch, state: str, kind: FailureKind) -> None:
    cloud.states = dict.fromkeys(ALL, state)
    with pytest.raises(SourceError, match=f"4 of 4 machines: {state}") as refusal:
        await watch.poll()
    assert refusal.value.kind is kind
    assert refusal.value.spent.metrics == 4


async def test_after_a_gap_the_missing_minutes_come_and_nothing_twice(cloud: CloudWatch, watch: Watch) -> None:
    await watch.poll()
    await watch.poll()
    for name in ALL:
        cloud.tell(name, 30, 90)
    cloud.refusals = [("GetMetricData", 400, "ExpiredToken")] * 2
    with pytest.raises(SourceError) as refusal:
        await watch.poll(40)
    assert refusal.value.kind is FailureKind.AUTH
    cloud.refusals = []
    del cloud.asked[:]
    answer = await watch.poll(5)
    assert [(question.start, question.end) for question in cloud.asked] == [(30, 76)]
    assert sorted(by_machine(answer)["i-1"]) == [*range(30, 76)]
    assert len(watch.points) == len({(point.machine, point.minute) for point in watch.points})


async def test_what_came_before_the_network_went_is_kept(cloud: CloudWatch, watch: Watch) -> None:
    await watch.poll()
    cloud.tell("i-1", 30, 31)
    cloud.refusals = [("GetMetricData", 200, ""), *[("GetMetricData", 503, "ServiceUnavailable")] * 2]
    answer = await watch.poll(1)
    assert by_machine(answer) == {"i-1": {30: 10.0}}
    assert "asked again" in answer.coverage.note
    assert min(by_machine(await watch.poll(1))["i-1"]) == -240


async def test_machines_as_last_known_while_the_group_is_throttled(cloud: CloudWatch, watch: Watch) -> None:
    await watch.poll()
    cloud.refusals = [("DescribeAutoScalingGroups", 400, "Throttling")] * 2
    answer = await watch.poll(1)
    assert isinstance(answer.value, CpuPoints)
    assert {machine for _, machine in answer.value.machines} == set(ALL)
    assert answer.coverage.note.startswith("machines of the groups as they were last known: ")


async def test_without_machines_known_before_a_throttled_group_is_a_failure(cloud: CloudWatch, watch: Watch) -> None:
    cloud.refusals = [("DescribeAutoScalingGroups", 400, "Throttling")] * 2
    with pytest.raises(SourceError) as refusal:
        await watch.poll()
    assert refusal.value.kind is FailureKind.DOWN


async def test_an_unknown_group_is_named(cloud: CloudWatch, clock: ManualClock) -> None:
    other = Service("MWeb", (), "mweb-asg")
    both = Watch(provider(cloud.url, clock, SCM, other), Topic.CPU, clock, (SCM, other))
    answer = await both.poll()
    assert "no Auto Scaling group mweb-asg in ap-southeast-1 (services[1].auto_scaling_group)" in answer.coverage.note
    assert (answer.coverage.seen, answer.coverage.expected) == (4, 5)
    planned = Service("MWeb", (), "mweb-asg", planned_scaled=3)
    missed = Watch(provider(cloud.url, clock, SCM, planned), Topic.CPU, clock, (SCM, planned))
    assert (await missed.poll()).coverage.expected == 7
    alone = Watch(provider(cloud.url, clock, other), Topic.CPU, clock, (other,))
    with pytest.raises(SourceError, match="no Auto Scaling group mweb-asg") as refusal:
        await alone.poll()
    assert refusal.value.kind is FailureKind.DATA


async def test_a_launch_without_machines_says_so(cloud: CloudWatch, clock: ManualClock) -> None:
    none = Watch(provider(cloud.url, clock, Service("SCMAPI")), Topic.CPU, clock)
    with pytest.raises(SourceError, match="no service has machines"):
        await none.poll()


async def test_a_minute_that_is_not_over_by_the_servers_clock_is_not_told(cloud: CloudWatch, watch: Watch) -> None:
    for name in ALL:
        cloud.tell(name, 30, 32)
    cloud.date = NOW - timedelta(seconds=90)
    assert max(by_machine(await watch.poll())["i-1"]) == 29
    cloud.date = NOW + timedelta(seconds=30)
    assert max(by_machine(await watch.poll(2))["i-1"]) == 31


class TestBasicMonitoring:
    @pytest.fixture
    def mixed(self, cloud: CloudWatch) -> CloudWatch:
        """Two of the four machines have one sample in five minutes; their newest five ends at 10:25."""
        for name in ("i-fixed", "i-1"):
            cloud.samples[name] = {}
            cloud.tell(name, -238, 25, 60.0, every=5)
        return cloud

    async def test_means_of_five_stand_for_their_minutes(self, mixed: CloudWatch, watch: Watch) -> None:
        answer = await watch.poll()
        told = by_machine(answer)
        assert [minute for minute in sorted(told["i-1"]) if minute >= 15] == [*range(15, 25)]
        assert max(told["i-2"]) == 29
        assert answer.coverage.remark == "2 of 4 machines: 5-minute means (basic monitoring)"
        assert (answer.coverage.note, answer.coverage.apart) == ("", None)
        assert (answer.coverage.seen, answer.coverage.expected) == (4, 4)
        assert {(question.names, question.step) for question in mixed.asked} == {(ALL, 1), (("i-fixed", "i-1"), 5)}

    async def test_there_is_one_minute_that_all_have(self, mixed: CloudWatch, watch: Watch) -> None:
        mixed.samples["i-fixed"][22] = 40.0
        mixed.samples["i-1"][22] = 20.0
        await watch.poll()
        figures = cpu_now(watch.state, "SCMAPI", watch.clock.now())
        assert (figures.reporting, figures.expected) == (4, 4)
        assert figures.minute == OPEN + 24 * MINUTE
        assert figures.mean == pytest.approx((40 + 20 + 30 + 40) / 4)

    async def test_they_are_asked_for_fives_from_then_on(self, mixed: CloudWatch, watch: Watch) -> None:
        await watch.poll()
        await watch.poll()
        del mixed.asked[:]
        mixed.tell("i-1", 27, 28, 70.0)
        answer = await watch.poll(1)
        assert {(question.names, question.step, question.end) for question in mixed.asked} == {
            (("i-2", "i-3"), 1, 32),
            (("i-fixed", "i-1"), 5, 30),
        }
        assert by_machine(answer)["i-1"] == dict.fromkeys(range(25, 30), 70.0)
        assert answer.spent.metrics == 4

    async def test_detailed_monitoring_switched_on_is_noticed(self, mixed: CloudWatch, watch: Watch) -> None:
        await watch.poll()
        mixed.tell("i-1", 25, 65, 70.0)
        mixed.tell("i-fixed", 27, 65, 70.0, every=5)
        answer = await watch.poll(31)
        assert answer.coverage.remark == "1 of 4 machines: 5-minute means (basic monitoring)"
        assert max(by_machine(answer)["i-1"]) == 61
        del mixed.asked[:]
        await watch.poll(3)
        assert ("i-fixed",) in {question.names for question in mixed.asked if question.step == 5}

    async def test_basic_as_a_setting(self, mixed: CloudWatch, clock: ManualClock) -> None:
        watch = Watch(provider(mixed.url, clock, monitoring="basic"), Topic.CPU, clock)
        answer = await watch.poll()
        assert {question.step for question in mixed.asked} == {5}
        assert answer.coverage.remark == "4 of 4 machines: 5-minute means (basic monitoring)"
        assert answer.coverage.apart == 5 * MINUTE
        assert max(by_machine(answer)["i-2"]) == 29

    async def test_detailed_as_a_setting(self, mixed: CloudWatch, clock: ManualClock) -> None:
        watch = Watch(provider(mixed.url, clock, monitoring="detailed"), Topic.CPU, clock)
        answer = await watch.poll()
        assert {question.step for question in mixed.asked} == {1}
        assert [minute for minute in sorted(by_machine(answer)["i-1"]) if minute >= 12] == [12, 17, 22]
        assert answer.coverage.seen == 2
