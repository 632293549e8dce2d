from course_lib import datasets, splits

test = splits.make(datasets.load("digits"), val=0.15, test=0.30, seed=3).test
answer = test.counts().max() / len(test)
