from course_lib import splits
from course_lib.exercises.data_split import riddle

pairs = splits.audit(riddle()).pairs
copy = pairs[(pairs.left_part == "train") & (pairs.right_part == "test")].iloc[0]
answer = (copy.left, copy.right)
