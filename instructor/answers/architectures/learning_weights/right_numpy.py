import numpy as np


def answer(sizes, way):
    of_head = np.array([name.split(".")[0] == "head" for name in sizes])
    learns = of_head | (way in ("scratch", "fine-tune"))
    return np.array(list(sizes.values()))[learns].sum()
