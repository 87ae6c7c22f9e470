"""Worker processes end with the process that began them, and say what is wrong when they cannot begin."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from corridor.model import CorridorError
from corridor.model.workers import run_tasks

POSIX = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")

SCRIPT = """
import os, sys, time
from corridor.model.workers import run_tasks

def work(folder, task):
    with open(os.path.join(folder, str(os.getpid())), "w"):
        pass
    if task == "die":
        os.kill(os.getpid(), 9)
    if task == "wait":
        time.sleep(60)
    return task

def main():
    for key, result in run_tasks(2, work, sys.argv[1], dict(enumerate(sys.argv[2:]))):
        print(key, result, flush=True)

{call}
"""
GUARDED = 'if __name__ == "__main__":\n    main()'


def square(shared: int, task: int) -> int:
    """A task."""
    return shared + task * task


def fail(shared: int, task: int) -> int:
    """A task that cannot be done."""
    raise ValueError(f"no {task}")


def script(folder: Path, call: str) -> Path:
    path = folder / "script.py"
    path.write_text(SCRIPT.format(call=call), "utf-8")
    (folder / "seen").mkdir(exist_ok=True)
    return path


def run_script(folder: Path, call: str, *tasks: str) -> subprocess.CompletedProcess[str]:
    path = script(folder, call)
    return subprocess.run(
        [sys.executable, str(path), str(folder / "seen"), *tasks], capture_output=True, text=True, timeout=100
    )


@contextmanager
def two_waiting_workers(folder: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A script whose two workers are at work, and their process ids."""
    path = script(folder, GUARDED)
    call = [sys.executable, str(path), str(folder / "seen"), "wait", "wait"]
    with subprocess.Popen(call, stderr=subprocess.PIPE, text=True) as process:
        limit = time.monotonic() + 60
        while len(os.listdir(folder / "seen")) < 2 and time.monotonic() < limit:
            time.sleep(0.05)
        yield process, [int(name) for name in os.listdir(folder / "seen")]
        process.kill()


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pids: list[int], seconds: float = 10) -> bool:
    limit = time.monotonic() + seconds
    while any(alive(pid) for pid in pids) and time.monotonic() < limit:
        time.sleep(0.05)
    return not any(alive(pid) for pid in pids)


def test_every_task_is_done_once_with_what_all_share():
    assert dict(run_tasks(2, square, 100, {"a": 1, "b": 2, "c": 3})) == {"a": 101, "b": 104, "c": 109}


def test_a_fault_in_a_task_is_the_callers():
    with pytest.raises(ValueError, match="no 7"):
        dict(run_tasks(2, fail, 0, {"a": 7}))


def test_a_script_without_a_guard_is_told_what_to_write(tmp_path):
    found = run_script(tmp_path, "main()", "a", "b")
    assert found.returncode == 1
    assert "CorridorError: a script that uses more than one worker is read again" in found.stderr
    assert found.stderr.count("Traceback") == 1, "workers say nothing of their own"
    assert "bootstrapping" not in found.stderr


def test_a_worker_that_has_ended_before_it_is_asked_for_still_tells_why():
    """On a busy machine the first worker can be gone before the second has begun."""
    from corridor.model import workers

    context = workers._Spawning()
    gone = context.Process(target=os._exit, args=(workers.WITHOUT_GUARD,))
    gone.start()
    gone.join()
    assert gone not in multiprocessing.active_children()
    assert "more than one worker" in str(workers._why_broken(context.made))


def test_it_is_told_too_when_much_is_shared(tmp_path):
    """More than a pipe holds: this process does not wait for a worker that has ended to read it."""
    path = script(tmp_path, "main()")
    path.write_text(path.read_text("utf-8").replace("sys.argv[1],", "sys.argv[1] * 1_000_000,"), "utf-8")
    call = [sys.executable, str(path), str(tmp_path / "seen"), "a", "b"]
    found = subprocess.run(call, capture_output=True, text=True, timeout=60)
    assert "CorridorError: a script that uses more than one worker is read again" in found.stderr


def test_nothing_shared_stays_on_disk(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tasks = run_tasks(2, square, 100, {"a": 1, "b": 2})
    next(tasks)
    assert len(list(tmp_path.glob("corridor-*"))) == 1
    tasks.close()
    assert not list(tmp_path.glob("corridor-*"))


def test_the_hint_shows_the_guard():
    from corridor.model import workers

    class Ended:
        exitcode = workers.WITHOUT_GUARD

        def join(self, timeout: float) -> None:
            pass

    assert '__name__ == "__main__"' in (workers._why_broken([Ended()]).hint or "")


def test_a_script_with_a_guard_runs(tmp_path):
    found = run_script(tmp_path, GUARDED, "a", "b")
    assert (found.returncode, sorted(found.stdout.split())) == (0, ["0", "1", "a", "b"])


@POSIX
def test_a_worker_that_is_killed_is_reported(tmp_path):
    found = run_script(tmp_path, GUARDED, "die", "die")
    assert found.returncode == 1
    assert "CorridorError: a worker process was ended from outside" in found.stderr


@POSIX
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_parent(tmp_path, sent):
    with two_waiting_workers(tmp_path) as (process, workers):
        assert len(workers) == 2 and all(alive(pid) for pid in workers)
        process.send_signal(sent)
        process.wait(20)
        assert gone(workers)


@POSIX
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_workers_end_when_the_caller_stops_early():
    tasks = run_tasks(2, _say_pid, 0, {"a": 0, "b": 0, "c": 30})
    _, pid = next(tasks)
    tasks.close()
    assert gone([pid])


def _say_pid(_: int, seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def test_no_error_of_a_caller_becomes_one_of_workers():
    assert issubclass(CorridorError, Exception)
    with pytest.raises(KeyError):
        for _key, _result in run_tasks(2, square, 1, {"a": 1}):
            raise KeyError


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="needs POSIX signals")
def test_processes_that_start_never_get_an_interrupt_and_the_parent_does():
    from corridor.model import workers

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), workers._interrupts_stay_here():
            blocked = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))"
            told = subprocess.run([sys.executable, "-c", blocked], capture_output=True, text=True, check=True)
            assert told.stdout.strip() == "True"
            os.kill(os.getpid(), signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
