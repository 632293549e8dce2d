import math

answer = math.ceil(1000 / 64) * 20
