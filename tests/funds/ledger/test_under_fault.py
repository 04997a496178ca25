"""Workers and the database are killed between any two steps; nothing is lost or doubled.

A worker is a forked process that does its acts one after the other, each under a key of
its own, and begins again with the first one whenever it or the database died. It kills
itself or its backend (which makes the server recover from its log) at a step that a seed
chooses. The clock of each act is chosen too, so that recorded times go back and forth.
"""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.funds.ledger.conftest import COUNTY, LINE, Money
from tests.publicity.conftest import CLOCK

from bangfu.calc.ledger.book import Book, Line, Promise, Side
from bangfu.calc.ledger.codes import AccountKind

STEPS = ("audited", "voucher", "entries", "checked", "answered")
SEED = 20_160_301
ROUNDS_MAX = 60


@pytest.fixture
def money(committed_db, make_actor):
    """The people of the funds; what they do is committed."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(CLOCK)
    connections["owner"].close()
    return Money(make_actor)


class Faults:
    """Patches the operations so that one step of one act kills somebody."""

    def __init__(self, monkeypatch) -> None:
        from bangfu.funds.ledger import operations

        self.step, self.kill = "", None
        real_check = operations._check_whole
        real_rows = operations._entries
        real_record = operations.audit.record

        def entries(voucher, movements):
            self.at("voucher")
            return real_rows(voucher, movements)

        def check():
            self.at("entries")
            real_check()
            self.at("checked")

        def record(*args, **kwargs):
            self.at("audited")
            return real_record(*args, **kwargs)

        monkeypatch.setattr(operations, "_check_whole", check)
        monkeypatch.setattr(operations, "_entries", entries)
        monkeypatch.setattr(operations.audit, "record", record)

    def at(self, step: str) -> None:
        if step == self.step and self.kill is not None:
            kill, self.kill = self.kill, None
            kill()


def kill_worker() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_database() -> None:
    from django.db import connection

    os.kill(connection.connection.info.backend_pid, signal.SIGKILL)


def set_clock(at: datetime) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('bangfu.clock', %s, false)", [at.isoformat()])


def act_until_answered(act: Callable[[], object], at: datetime) -> str:
    """Do an act again after each crash of the database, until it says yes or no."""
    import time

    from django.db import DatabaseError, connections

    from bangfu.calc.values.findings import Refusal

    for _attempt in range(400):
        try:
            set_clock(at)
            act()
        except Refusal as refused:
            return refused.code
        except DatabaseError:
            connections.close_all()
            time.sleep(0.05)  # a server that recovers tells nobody when it has
        else:
            return "done"
    msg = "the database did not come back"
    raise AssertionError(msg)


def work(faults, acts, log: Path, *, seed: int, is_first: bool) -> None:
    """Do every act whose answer is not in the log, in a process of its own.

    The first process of a worker dies in its third act; what else dies is chance.
    """
    chance = random.Random(seed)  # noqa: S311 - a schedule
    answered = {line.split()[0] for line in log.read_text().splitlines()}
    for place, (name, act) in enumerate(acts):
        if name in answered:
            continue
        faults.step = chance.choice(STEPS)
        faults.kill = chance.choice([None, None, kill_worker, kill_database])
        if is_first and place == 2:
            faults.step, faults.kill = "audited", kill_worker
        at = datetime(2016, 6, 1, tzinfo=UTC) + timedelta(days=chance.randint(-60, 60))
        answer = act_until_answered(act, at)
        if faults.step == "answered":
            faults.at("answered")
        with log.open("a") as out:
            out.write(f"{name} {answer}\n")


def fork(faults, acts, log: Path, **how: object) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 3
    try:
        work(faults, acts, log, **how)
        code = 0
    finally:
        os._exit(code)


def run_workers(faults, shares, folder: Path) -> dict[str, str]:
    """Run a worker for each share of acts, again and again until all is answered."""
    from django.db import connections

    logs = [folder / f"{number}.log" for number in range(len(shares))]
    for log in logs:
        log.touch()
    connections.close_all()
    running: dict[int, int] = {}
    deaths = Counter()
    for round_ in range(ROUNDS_MAX):
        for number, acts in enumerate(shares):
            done = len(logs[number].read_text().splitlines()) == len(acts)
            if number not in running.values() and not done:
                pid = fork(
                    faults,
                    acts,
                    logs[number],
                    seed=SEED + 100 * round_ + number,
                    is_first=round_ == 0,
                )
                running[pid] = number
        if not running:
            break
        pid, status = os.wait()
        deaths[os.waitstatus_to_exitcode(status)] += 1
        del running[pid]
    assert not running
    assert deaths[-signal.SIGKILL] >= 2, deaths
    assert set(deaths) == {0, -signal.SIGKILL}
    return dict(line.split() for log in logs for line in log.read_text().splitlines())


def test_nothing_is_lost_or_doubled_when_workers_and_the_database_die(
    money, tmp_path, monkeypatch
):
    """Two workers pay, commit and close on one line that is too small for all of it."""
    set_clock(datetime(2016, 6, 1, tzinfo=UTC))
    line = money.line(1_000)
    shop = money.account("supplier", purpose="industry")
    for role in ("preparer", "approver"):
        money.person(role)
    chance = random.Random(SEED)  # noqa: S311 - a schedule
    wanted: dict[str, tuple[int, date]] = {}
    promised: dict[str, int] = {}

    def share(worker: int) -> list[tuple[str, Callable[[], object]]]:
        acts = []
        for number in range(12):
            name = f"w{worker}-{number}"
            fen = chance.randint(20, 160)
            if number % 4 == 3:
                promised[name] = fen
                acts.append((name, lambda n=name, f=fen: money.commit(line, f, key=n)))
            elif number == 6 and worker == 0:
                acts.append((name, lambda: money.close(2016, 2)))
            else:
                day = date(2016, 1, 20) + timedelta(days=chance.randint(0, 130))
                wanted[name] = (fen, day)
                acts.append(
                    (
                        name,
                        lambda n=name, f=fen, d=day: money.post(
                            ("pay_supplier", line, shop, f), posted_on=d, key=n
                        ),
                    )
                )
        return acts

    answers = run_workers(Faults(monkeypatch), [share(0), share(1)], tmp_path)

    assert len(answers) == 24
    assert set(answers.values()) >= {"done", "funds.overdrawn"}
    done = {name for name, answer in answers.items() if answer == "done"}
    agree(
        line,
        shop,
        {n: wanted[n] for n in done & wanted.keys()},
        {n: promised[n] for n in done & promised.keys()},
    )


def agree(line, shop, paid: dict[str, tuple[int, date]], promised: dict[str, int]):
    """Hold what is committed against the book of what was answered with yes."""
    from django.db import connection

    from bangfu.funds.ledger import queries
    from bangfu.funds.ledger.models import Commitment, Entry, Voucher
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    line_of = {
        line.pk: Line(AccountKind.SPECIAL, COUNTY, *LINE.values(), "industry"),
        shop.pk: Line(AccountKind.SUPPLIER, COUNTY, *LINE.values(), "industry"),
    }
    special, supplier = line_of[line.pk], line_of[shop.pk]
    book = Book(entries=[Side("0", 1, special, 1_000, date(2016, 1, 4), None)])
    for name, (fen, day) in paid.items():
        book.entries += [
            Side(name, 1, special, -fen, day, None),
            Side(name, 1, supplier, fen, day, None),
        ]
    book.promises = {name: Promise(special, fen) for name, fen in promised.items()}
    book._check_sums({special, supplier})

    with acting(system_actor("tests")):
        entries = Entry.objects.filter(voucher__key__isnull=False, account__in=line_of)
        assert {
            (
                one.voucher.key,
                one.line,
                line_of[one.account_id],
                one.amount_fen,
                one.posted_on,
            )
            for one in entries.select_related("voucher")
        } == {tuple(side)[:5] for side in book.entries[1:]}
        assert {one.key: one.open_fen for one in Commitment.objects.all()} == promised
        numbers = Voucher.objects.order_by("number").values_list("number", flat=True)
        assert list(numbers) == list(range(1, len(paid) + 2))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM (SELECT FROM funds_entry GROUP BY voucher_id"
                " HAVING sum(amount_fen) <> 0) unbalanced"
            )
            assert cursor.fetchone() == (0,)
        for account in (line, shop):
            proof = queries.prove(account)
            assert proof.holds
            assert proof.balance_fen == book.balance(line_of[account.pk])
        assert queries.available(line) == book.balance(special) - sum(promised.values())
        assert queries.available(line) >= 0


def test_each_step_may_be_the_last_one_of_the_database(money, monkeypatch):
    """Killed at any step the voucher is there once: whole, or after it is asked again."""
    from bangfu.funds.ledger import queries

    set_clock(datetime(2016, 6, 1, tzinfo=UTC))
    line = money.line(1_000)
    shop = money.account("supplier", purpose="industry")
    faults = Faults(monkeypatch)
    killed = []

    for step in STEPS[:-1]:
        faults.step, faults.kill = (
            step,
            lambda step=step: (killed.append(step), kill_database()),
        )
        answer = act_until_answered(
            lambda step=step: money.post(
                ("pay_supplier", line, shop, 100), key=f"pay:{step}"
            ),
            datetime(2016, 6, 1, tzinfo=UTC),
        )
        assert answer == "done"

    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    assert killed == list(STEPS[:-1])
    with acting(system_actor("tests")):
        assert queries.balance(line) == 600
        assert queries.balance(shop) == 400
        assert queries.prove(line).holds
