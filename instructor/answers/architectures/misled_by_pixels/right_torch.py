import torch

from course_lib import datasets, splits

split = splits.make(datasets.load("critters", n=900, seed=3), val=0.45, test=0.1, seed=0, by="group")

pixels, train_pixels = split.val.images.flatten(1).float(), split.train.images.flatten(1).float()
nearest = torch.cdist(pixels, train_pixels).argmin(1)
there, here = split.train.facts.iloc[nearest], split.val.facts
other_species = there["species"].to_numpy() != here["species"].to_numpy()
same_background = there["background"].to_numpy() == here["background"].to_numpy()
row = (other_species & same_background).argmax()
answer = (row, nearest[row])
