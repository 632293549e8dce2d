# says: one epoch to the next
import math

answer = math.ceil(20 * 1000 / 64)
