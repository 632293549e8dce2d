# says: at [0, 1] expected 2, got 1
from sklearn.metrics import confusion_matrix


def answer(labels, predicted, classes):
    return confusion_matrix(labels, predicted, labels=range(classes), normalize="true")
