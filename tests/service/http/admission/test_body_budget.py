"""Unfinished bodies take a bounded amount of memory, and nobody can keep others from sending theirs."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.http.admission.body_budget import BodyBudget, BodyBudgets, HeldBody
from service.http.problems import ProblemError, ProblemKind
from service.settings import Settings

LIMIT = 100
OLD, YOUNG = 0.0, float("inf")


class Bodies:
    """Bodies that are held, and the numbers of those whose reading has been ended, in that order."""

    def __init__(self, budget: BodyBudget) -> None:
        self.budget = budget
        self.ended: list[int] = []
        self.held: list[HeldBody] = []

    def begin(self, owner: str, *, since: float = YOUNG) -> HeldBody:
        """Begin a body."""
        number = len(self.held)
        body = HeldBody(owner=owner, end=lambda: self.ended.append(number), since=since)
        self.held.append(body)
        return body

    def grow(self, body: HeldBody, count: int) -> bool:
        """Add to a body; return whether there was room."""
        try:
            self.budget.grow(body, count)
        except ProblemError:
            return False
        return True

    def fill(self, owner: str, *, since: float = YOUNG) -> None:
        """Take all the memory, with ten bodies."""
        for _ in range(10):
            assert self.grow(self.begin(owner, since=since), LIMIT // 10)


@pytest.fixture
def bodies() -> Bodies:
    """No bodies yet."""
    return Bodies(BodyBudget(LIMIT))


def test_one_caller_takes_no_room_from_others(bodies: Bodies) -> None:
    """Where one caller holds everything, its oldest bodies give way to that of another caller, however young they are."""
    bodies.fill("attacker")

    assert bodies.grow(bodies.begin("good"), 15)
    assert bodies.ended == [0, 1]
    assert bodies.budget.held == 95


@pytest.mark.parametrize(("since", "has_room"), [(OLD, True), (YOUNG, False)])
def test_slow_bodies_give_way_to_those_of_the_same_caller(bodies: Bodies, since: float, has_room: bool) -> None:
    """Of one caller a body that has been unfinished for a while gives way to a new one; a new one does not give way to another."""
    bodies.fill("a", since=since)

    assert bodies.grow(bodies.begin("a"), 10) is has_room
    assert bodies.ended == ([0] if has_room else [])
    assert bodies.budget.held == LIMIT


def test_no_room_is_an_overload(bodies: Bodies) -> None:
    """A body for which there is no room is refused with 503 and Retry-After."""
    bodies.fill("a")

    with pytest.raises(ProblemError) as refusal:
        bodies.budget.grow(bodies.begin("a"), 1)

    assert refusal.value.kind is ProblemKind.OVERLOADED
    assert "Retry-After" in refusal.value.headers


def test_body_that_gave_way_grows_no_more(bodies: Bodies) -> None:
    """A body that had to give way is refused whatever comes after, even if there is room again."""
    slow, other = bodies.begin("a", since=OLD), bodies.begin("b")

    assert bodies.grow(slow, LIMIT)
    assert bodies.grow(other, 1)
    bodies.budget.release(other)
    assert not bodies.grow(slow, 1)
    bodies.budget.release(slow)
    assert bodies.budget.held == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.integers(1, 60), st.booleans()), max_size=60))
def test_never_over_budget(steps: list[tuple[str, int, int, bool]]) -> None:
    """Bodies never hold more than allowed together, and who holds much less than another is not refused."""
    bodies = Bodies(BodyBudget(LIMIT))
    open_bodies: dict[tuple[str, int], HeldBody] = {}
    for owner, number, count, ends in steps:
        body = open_bodies.setdefault((owner, number), bodies.begin(owner))
        if body.gave_way or ends:
            bodies.budget.release(open_bodies.pop((owner, number)))
            continue
        sizes = Counter(dict.fromkeys("abc", 0))
        for (name, _), other in open_bodies.items():
            sizes[name] += 0 if other.gave_way else other.size
        has_room = bodies.grow(body, count)
        assert bodies.budget.held <= LIMIT
        # What it would take is as much as the others have, but for one step.
        assert has_room or sizes[owner] + 2 * count >= max(size for name, size in sizes.items() if name != owner)
    for body in open_bodies.values():
        bodies.budget.release(body)
    assert bodies.budget.held == 0


def test_keys_have_memory_of_their_own() -> None:
    """Callers without a key cannot take the memory that is kept for those with one, and have room for some bodies of the largest size."""
    settings = Settings()
    budgets = BodyBudgets(settings)
    keyless, keyed = Bodies(budgets.keyless), Bodies(budgets.keyed)

    assert all(keyless.grow(keyless.begin(str(number)), settings.max_body_bytes) for number in range(16))
    assert not keyless.grow(keyless.begin("one more"), settings.max_body_bytes)
    assert keyed.grow(keyed.begin("with a key"), settings.max_body_bytes)


def test_peak() -> None:
    """What was held at most is told once, and from then on counts anew."""
    bodies = Bodies(BodyBudget(LIMIT))
    body = bodies.begin("a")

    assert bodies.grow(body, 60)
    assert bodies.budget.take_peak() == 60
    bodies.budget.release(body)
    assert [bodies.budget.take_peak() for _ in range(2)] == [60, 0]
