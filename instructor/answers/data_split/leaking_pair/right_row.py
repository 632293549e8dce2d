from course_lib import splits
from course_lib.exercises.data_split import riddle

answer = splits.audit(riddle()).pairs.loc[0, ["left", "right"]]
