import numpy as np

answer = np.array([8, 4, 19])
