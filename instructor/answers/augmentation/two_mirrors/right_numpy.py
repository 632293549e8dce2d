import numpy as np

answer = np.array([0.75], dtype=np.float32)
