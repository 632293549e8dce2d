"""Running a student's function so that whatever it does comes back as an Outcome: nothing is ever raised.

It runs in this process, as it must in a notebook. What cannot be stopped here: a single call into C that takes long (a
huge matrix product), code that catches every exception for ever, code that ends the process (os._exit) or takes its
memory, and threads that it starts. For marks, code of others belongs into a process of its own.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import linecache
import random
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import torch

from .comparing import NotPlain

SECONDS = 10.0
PRINTED = 500  # characters
AGAIN = 0.5  # seconds until a function that caught the first exception gets the next
LIBRARY = str(Path(__file__).parents[1])


@dataclass(frozen=True)
class Outcome:
    """What became of a call: `value`, or the `problem` in a sentence; with the first of what was printed.

    missing  it raised NotImplementedError, which says that nothing is written yet
    """

    value: Any = None
    problem: str = ""
    printed: str = ""
    seconds: float = 0.0
    missing: bool = False


class TooLong(BaseException):
    """Raised inside a call whose time is over; no Exception, so that `except Exception` lets it through."""


def run(function: Callable[..., Any], arguments: Sequence[Any] = (), seconds: float = SECONDS) -> Outcome:
    """Call `function(*arguments)` for at most `seconds`; it sees fixed random numbers, and leaves these as they were.

    Exceptions, also SystemExit, KeyboardInterrupt and endless recursion, and Python code that does not end, become the
    `problem` of the Outcome. What it prints is caught. Grad mode, default dtype, recursion limit and warning filters
    are put back.
    """
    seen = _First(PRINTED)
    started = time.perf_counter()
    over = {"problem": f"It took more than {seconds:.3g} seconds: is there a loop that does not end?"}
    try:
        with _as_it_was(), contextlib.redirect_stdout(seen), contextlib.redirect_stderr(seen), _stopped_after(seconds):
            try:
                found = {"value": function(*arguments)}
            except TooLong:
                found = over
            except BaseException as problem:
                found = {"problem": _described(problem), "missing": isinstance(problem, NotImplementedError)}
    except TooLong:
        found = over
    except BaseException as problem:  # raised by what the call left behind, such as an exception that cannot be shown
        found = {"problem": f"It stopped with {type(problem).__name__}."}
    took = time.perf_counter() - started
    return Outcome(**(found if took <= seconds else over), printed=seen.text, seconds=took)


@contextlib.contextmanager
def _stopped_after(seconds: float) -> Iterator[None]:
    """Raise TooLong in the calling thread when `seconds` are over, and again until it leaves."""
    in_main = threading.current_thread() is threading.main_thread()
    with _alarm(seconds) if in_main and hasattr(signal, "setitimer") else _watchdog(seconds):
        yield


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """By the clock of the operating system, which also ends a sleep; only the main thread can have it."""
    left = False

    def ring(*_: object) -> None:
        if not left:
            raise TooLong

    before = signal.signal(signal.SIGALRM, ring)
    pending, interval = signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), AGAIN)
    started = time.perf_counter()
    try:
        yield
    finally:
        left = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)
        if pending:  # somebody else's clock goes on where it was
            signal.setitimer(signal.ITIMER_REAL, max(pending - (time.perf_counter() - started), 0.001), interval)


@contextlib.contextmanager
def _watchdog(seconds: float) -> Iterator[None]:
    """By a thread that waits, and then raises in the calling one at its next step of Python code."""
    caller, left = ctypes.c_ulong(threading.get_ident()), threading.Event()
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def watch() -> None:
        wait = seconds
        while not left.wait(wait):
            raise_in(caller, ctypes.py_object(TooLong))
            wait = AGAIN

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        while watcher.is_alive() or not left.is_set():
            with contextlib.suppress(TooLong):
                left.set()
                watcher.join()
        # One that was sent and has not arrived comes at a jump back. To take it away, with NULL, would leave all later
        # jumps of Python 3.11 slow.
        with contextlib.suppress(TooLong):
            for _ in range(9):
                pass


@contextlib.contextmanager
def _as_it_was() -> Iterator[None]:
    """The state that code may leave changed: random numbers (fixed meanwhile), grad mode, dtype, limits, warnings."""
    torch_state, numpy_state, python_state = torch.get_rng_state(), np.random.get_state(), random.getstate()
    grad, dtype, limit = torch.is_grad_enabled(), torch.get_default_dtype(), sys.getrecursionlimit()
    torch.default_generator.manual_seed(0)
    np.random.seed(0)
    random.seed(0)
    try:
        with warnings.catch_warnings():
            for old in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
                warnings.simplefilter("ignore", old)  # of no use to a beginner
            yield
    finally:
        torch.set_rng_state(torch_state)
        np.random.set_state(numpy_state)
        random.setstate(python_state)
        torch.set_grad_enabled(grad)
        torch.set_default_dtype(dtype)
        sys.setrecursionlimit(limit)


class _First(io.TextIOBase):
    """A stream that keeps its first characters and forgets the rest, however much it is."""

    def __init__(self, size: int) -> None:
        self.text, self.size = "", size

    def write(self, text: str) -> int:
        if len(self.text) <= self.size:
            self.text += text[: self.size - len(self.text)] + ("…" if len(self.text) + len(text) > self.size else "")
        return len(text)


def _described(problem: BaseException) -> str:
    """What a student has to know of an exception, in a sentence: its name, its message, the line of their own code."""
    if isinstance(problem, NotPlain):
        return str(problem)
    if isinstance(problem, RecursionError):
        said = "RecursionError: the function calls itself without end"
    else:
        message = " ".join(str(problem).split())
        said = f"{type(problem).__name__}: {message[:200]}" if message else type(problem).__name__
    return f"It stopped with {said}{_where(problem.__traceback__)}."


def _where(traceback: TracebackType | None) -> str:
    """The last line that ran outside the library and what is installed."""
    place = ""
    while traceback:
        file, line = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        own = file.startswith(LIBRARY) or "site-packages" in file or file.startswith(sys.base_prefix)
        text = linecache.getline(file, line).strip()
        if text and not own:
            place = f", in the line `{text[:80]}`"
        traceback = traceback.tb_next
    return place
