from torch.nn.functional import one_hot


def answer(labels, predicted, classes):
    return one_hot(labels, classes).T.float() @ one_hot(predicted, classes).float()
