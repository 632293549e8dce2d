import numpy as np

answer = np.array(["photo", "class", "dog", "breed"])[2]
because = "otherwise the test counts dogs that it has met"
