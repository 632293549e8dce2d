import pandas as pd


def answer(confidence, right, bins):
    table = pd.DataFrame({"sure": confidence.numpy(), "right": right.numpy()})
    each = table.groupby((table.sure * bins).astype(int).clip(upper=bins - 1))
    return ((each.sure.mean() - each.right.mean()).abs() * each.size()).sum() / len(table)
