import pandas as pd


def answer(groups):
    codes, animals = pd.factorize(pd.Series(groups))
    return pd.Series(codes < len(animals) // 3)
