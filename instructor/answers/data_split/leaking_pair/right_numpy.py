import numpy as np

answer = np.array([41.0, 22.0])
