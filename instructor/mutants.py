"""Mutants: right answers with one small fault each, to test the checks. `python -m instructor.mutants` counts them."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from course_lib.exercises.judging import VISIBLE
from course_lib.exercises.noun import Function

from .corpus import HIDDEN, Answer, allowed, answers, exercise, verdict

SECONDS = 2.0  # a mutant may never end

COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


@dataclass(frozen=True)
class Mutant:
    """One changed answer: `change` says what stood there and what stands there now, such as "a + b → a - b"."""

    change: str
    source: str


def mutants(source: str) -> list[Mutant]:
    """Every mutant of `source`: a comparison flipped, an operator swapped, a constant shifted, a statement dropped."""
    tree = ast.parse(source)
    found = []
    for place, node in enumerate(ast.walk(tree)):
        for number in range(len(list(_changes(node)))):
            changed = copy.deepcopy(tree)
            other = list(ast.walk(changed))[place]
            before = ast.unparse(other)
            after = list(_changes(other))[number]()
            text = ast.unparse(ast.fix_missing_locations(changed))
            change = f"{_first_line(before)} → {after or _first_line(ast.unparse(other))}"
            found.append(Mutant(change, text))
    return found


def _changes(node: ast.AST) -> Iterator:
    """Functions that each change `node` in one way; one that drops something returns what to say of it."""
    if isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            for other in COMPARISONS[type(operator)]:
                yield lambda at=at, other=other: node.ops.__setitem__(at, other())
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign) and type(node.op) in OPERATORS:
        yield lambda: setattr(node, "op", OPERATORS[type(node.op)]())
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield lambda: setattr(node, "op", ast.UAdd()) if isinstance(node.op, ast.USub) else _undo_not(node)
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield lambda: setattr(node, "value", not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        for step in (1, -1):
            yield lambda step=step: setattr(node, "value", node.value + step)
    if isinstance(node, ast.FunctionDef | ast.For | ast.While | ast.If | ast.With):
        for block in (node.body, getattr(node, "orelse", [])):
            for at, statement in enumerate(block):
                if not _says_nothing(statement):
                    yield lambda block=block, at=at: _drop(block, at)


def _undo_not(node: ast.UnaryOp) -> None:
    node.operand = ast.UnaryOp(ast.Not(), node.operand)


def _drop(block: list[ast.stmt], at: int) -> str:
    gone = ast.unparse(block[at])
    block[at] = ast.Pass()
    return f"without `{_first_line(gone)}`"


def _says_nothing(statement: ast.stmt) -> bool:
    """A docstring, an import, `pass`: what to drop would prove nothing."""
    text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return text or isinstance(statement, ast.Pass | ast.Import | ast.ImportFrom | ast.FunctionDef)


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def lives(answer: Answer, mutant: Mutant) -> bool:
    """Whether the visible check and all hidden ones take the mutant for a right answer."""
    return all(
        verdict(answer.exercise, mutant.source, seed=seed, seconds=SECONDS).ok is True for seed in (VISIBLE, *HIDDEN)
    )


def with_mutants() -> list[Answer]:
    """The answers that mutants are made of: the right ones that are functions."""
    return [each for each in answers() if each.right and isinstance(exercise(each.exercise), Function)]


def survivors(answer: Answer) -> tuple[list[str], int]:
    """The changes that no check notices, and how many mutants there are."""
    made = mutants(answer.source)
    return [mutant.change for mutant in made if lives(answer, mutant)], len(made)


def main() -> None:
    """Print the kill rate of every exercise, and the survivors that are not allowed."""
    permitted, killed, made = allowed(), Counter(), Counter()
    for answer in with_mutants():
        left, count = survivors(answer)
        made[answer.exercise] += count
        killed[answer.exercise] += count - len(left)
        for change in left:
            print(f"lives: {answer.name}: {change}: {permitted.get(answer.name, {}).get(change, 'NOT ALLOWED')}")
    for name, count in made.items():
        print(f"{name:40} {killed[name]:4} of {count:4} killed")
    total = sum(made.values())
    print(f"{'all':40} {sum(killed.values()):4} of {total:4} killed, {sum(killed.values()) / max(total, 1):.1%}")


if __name__ == "__main__":
    main()
