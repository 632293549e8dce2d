import pandas as pd


def answer(sizes, way):
    table = pd.Series(sizes)
    if way not in {"scratch", "fine-tune"}:
        table = table[table.index.str.startswith("head.")]
    return float(table.sum())
