# What a person reads off the picture, line by line.
from course_lib.exercises.evidence import photos_to_check

LINES = (
    "dog panda dog cat cat panda dog cat",
    "dog panda panda dog panda dog panda cat",
    "panda dog panda panda cat cat dog panda",
)
seen = " ".join(LINES).split()
answer = [row for row, given in enumerate(photos_to_check().label_names) if given != seen[row]]
