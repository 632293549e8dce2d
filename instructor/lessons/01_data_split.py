# %% [markdown]
# # 01 · Data split
#
# **Which images may teach a classifier, and which may judge it?**
#
# At the end of this notebook you can
#
# - read a data set: images, labels, facts, class balance,
# - say why there are three parts, and cut them by class or by group,
# - find a leak, show it, and put the split into your evidence card.
#
# | section | time |
# |---|---|
# | 1 · Look at the data first | 5 min |
# | 2 · Why three parts | 5 min |
# | 3 · Cut by class | 5 min |
# | 4 · The leak | 10 min |
# | 5 · Copies | 5 min |
# | 6 · Into the evidence card | 5 min |

# %% [markdown]
# ## 1 · Look at the data first
#
# **What is in it?** *critters* are drawn cats, dogs and pandas. Drawn, because then we know what made each
# picture hard.

# %%
from course_lib import datasets, evaluation, evidence, expect, models, plots, splits, training

critters = datasets.load("critters", n=450, seed=2)
critters

# %% [markdown]
# An `ImageSet` holds three things that belong together: the images, their labels, and *facts*: what is known
# of each image. Here are the facts of the first four.

# %%
critters.facts[["id", "group", "background", "light", "blur", "occlusion"]].head(4).round(2)

# %% [markdown]
# A `group` is one animal. It has several photos, as your own cat would. How many photos, of how many animals?

# %%
print(f"{len(critters)} photos of {critters.facts['group'].nunique()} animals")

# %%
one_animal = critters.facts["group"] == critters.facts["group"].iloc[0]
ax = plots.samples(critters[one_animal], n=8)

# %% [markdown]
# Pose, light and background change from photo to photo. The coat and the shape of the head stay. Keep this
# picture in mind: it is the whole story of section 4.
#
# **Does every class have enough images?** If one class had 95 % of them, a model that always names that
# class would be 95 % right and know nothing.

# %%
ax = plots.class_balance(critters)

# %%
counts = critters.counts()
expect("largest class divided by smallest", counts.max() / counts.min(), 1.0, 1.05)

# %% [markdown]
# ## 2 · Why three parts
#
# **Why not just train and test?** Let us cheat on purpose. Forty "models" guess at random among three
# classes. We keep the one that does best on *val*.

# %%
import numpy as np

rng = np.random.default_rng(0)
truth = rng.integers(0, 3, size=60)  # 60 val images, then 60 test images
guesses = rng.integers(0, 3, size=(40, 60))

val_accuracy = (guesses == truth).mean(axis=1)
test_accuracy = (guesses == rng.integers(0, 3, size=60)).mean(axis=1)
best = val_accuracy.argmax()
print(f"the best guesser: {val_accuracy[best]:.0%} on val, {test_accuracy[best]:.0%} on test")

# %% [markdown]
# Nobody learnt anything, and chance is 33 %. Yet the best of forty looks far better than that on *val*,
# because we **chose** it there. *test* was not used for choosing, so it tells the truth.
#
# - **train** changes the weights.
# - **val** chooses: the epoch, the learning rate, the network.
# - **test** judges, once. Choose by it, and it becomes a second *val*.
#
# **Try it.** Let 4,000 guessers compete instead of forty. What happens to each figure?

# %% [markdown]
# ## 3 · Cut by class
#
# **Can we just shuffle and cut?** With few images, one class may end up short in a part. `splits.make` cuts
# each class on its own (field's word: *stratified*), so that every part has the same mix.

# %%
random_split = splits.make(critters, val=0.15, test=0.35, seed=0, by="class")
random_split

# %%
ax = plots.class_balance(random_split)

# %% [markdown]
# Each class has the same share in each part. By the look of it this is a fine split. Is it?

# %% [markdown]
# ## 4 · The leak
#
# **On which side is each animal?** In the split above the photos of one animal may lie on both sides. We cut
# again, by group: an animal is either in *train*, or in *val*, or in *test*.

# %%
group_split = splits.make(critters, val=0.15, test=0.35, seed=0, by="group")
group_split

# %% [markdown]
# Now the same network, the same seed, the same settings, on both.

# %%
reports, runs = {}, {}
for name, split in {"random": random_split, "by animal": group_split}.items():
    model = models.build("small_cnn", split.train)
    runs[name] = training.fit(model, split.train, split.val)
    reports[name] = evaluation.evaluate(model, split.test)

ax = plots.accuracies(reports)

# %%
expect("accuracy, random split", reports["random"].accuracy, 0.78, 0.95)
expect("accuracy, split by animal", reports["by animal"].accuracy, 0.60, 0.80)
gap = reports["random"].accuracy - reports["by animal"].accuracy
expect("what the leak is worth", gap, 0.05, 0.30)

# %% [markdown]
# Same animals, same network, two scores. In the random split the network had already met most of the test
# animals, and recognising *this* brown panda by its coat and scarf is easier than knowing pandas. Asked about animals that it never
# met, it is worse. Users of your classifier bring new animals, so the **lower score is the true one**.
#
# Subject, patient, street, video: whenever one thing gives several images, split by it.
#
# **Could we have known without training?** The audit looks before you train.

# %%
audit = splits.audit(random_split)
audit

# %%
axes = plots.split_audit(audit)

# %% [markdown]
# Each pair shows one animal on two sides. And the split by animal?

# %%
group_audit = splits.audit(group_split)
print("random split ok:   ", audit.ok)
print("split by animal ok:", group_audit.ok)

# %% [markdown]
# ## 5 · Copies
#
# **What if a picture comes twice?** Pictures from the web do: mirrored, darker, saved again. We plant such
# copies of ten train images among the test images.

# %%
import torch

from course_lib.imageset import ImageSet

originals = group_split.train[:10]
mirrored_and_darker = (originals.images.flip(-1) * 0.9).to(torch.uint8)
copies = ImageSet(mirrored_and_darker, originals.labels, originals.classes, name="copies")
ax = plots.samples(copies, n=8)

# %%
spoilt = splits.Split(train=group_split.train, val=group_split.val, test=copies, by="group", seed=0)
pairs = splits.audit(spoilt).pairs
found = pairs[(pairs.left_part == "train") & (pairs.right_part == "test") & pairs.mirrored]
expect("mirrored copies found, of ten", found.right.nunique(), 9, 10)

# %% [markdown]
# Pixel by pixel these pictures differ from their originals. The audit pairs them all the same, because it
# compares what they show.
#
# **Try it.** Turn the copies by a quarter: `originals.images.rot90(1, (2, 3))`. Does the audit still find
# them? What does that tell you about an audit that finds nothing?

# %% [markdown]
# ## 6 · Into the evidence card
#
# The first field of the card is the split. What is still missing comes in the next notebooks.

# %%
card = evidence.make(
    "Cats, dogs and pandas, split by animal",
    split=group_split,
    audit=group_audit,
    run=runs["by animal"],
    report=reports["by animal"],
)
card.save("evidence/critters")
card.missing

# %%
ax = plots.wrong_examples(reports["by animal"], n=12)

# %% [markdown]
# Look at these before you write your sentence with `card.explain("…")`. What do the animals that fool the
# network have in common?
#
# ## Summary
#
# - Look at the data before the model: balance, groups, copies.
# - *train* teaches, *val* chooses, *test* judges once.
# - Split by class so that parts are alike; split by group when one subject has several images.
# - A leak makes the score better and the classifier no better. The audit finds it before training does.
#
# **Next:** *02 · Augmentation*: which changes to an image keep its class, and which turn a 6 into a 9.
