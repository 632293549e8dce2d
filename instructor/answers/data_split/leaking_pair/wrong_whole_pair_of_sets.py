# says: This is an ImageSet
from course_lib.exercises.data_split import riddle

hidden = riddle()
answer = [hidden.train[41], hidden.test[22], hidden]
