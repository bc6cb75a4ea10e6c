"""A progress bar for commands: moving in a terminal, one line in a file."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.management.base import OutputWrapper

WIDTH = 30


@dataclass
class Bar:
    """``add`` reports progress; the line ends when ``total`` is reached."""

    out: OutputWrapper
    name: str
    total: int
    done: int = 0

    def add(self, more: int) -> None:
        self.show(self.done + more)

    def show(self, done: int) -> None:
        self.done = done
        bar = "█" * (WIDTH * done // self.total)
        line = f"  {self.name:<12} {bar:·<{WIDTH}} {done}/{self.total}"
        if self.out.isatty():
            self.out.write(line, ending="\n" if done == self.total else "\r")
        elif done == self.total:
            self.out.write(line)
