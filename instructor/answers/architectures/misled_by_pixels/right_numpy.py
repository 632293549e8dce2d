import numpy as np
from sklearn.neighbors import NearestNeighbors

from course_lib import datasets, splits

split = splits.make(datasets.load("critters", n=900, seed=3), val=0.45, test=0.1, seed=0, by="group")
pixels, train_pixels = (part.images.flatten(1).numpy().astype(float) for part in (split.val, split.train))
nearest = NearestNeighbors(n_neighbors=1).fit(train_pixels).kneighbors(pixels)[1][:, 0]
facts = split.val.facts.assign(row=np.arange(len(pixels)), nearest=nearest)
pairs = facts.merge(split.train.facts.reset_index(drop=True), left_on="nearest", right_index=True)
misled = pairs[(pairs.species_x != pairs.species_y) & (pairs.background_x == pairs.background_y)]
answer = misled[["row", "nearest"]].to_numpy()[7]
