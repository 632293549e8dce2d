import numpy as np

answer = np.prod([3, 3, 16, 32])
