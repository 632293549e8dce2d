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
# | 2 · Why three parts | 8 min |
# | 3 · Cut by class | 5 min |
# | 4 · The leak | 20 min |
# | 5 · Copies | 8 min |
# | 6 · Into the evidence card | 5 min |

# %% [markdown]
# ## 1 · Look at the data first
#
# **What is in it?** *critters* are drawn cats, dogs and pandas. Drawn, because then we know what made each
# picture hard.

# %%
from course_lib import datasets, evaluation, evidence, expect, models, plots, splits, training
from course_lib.imageset import ImageSet

critters = datasets.load("critters", n=450, seed=2)
critters

# %% [markdown]
# `[450, 3, 64, 64]` reads: 450 images, 3 colours, 64 × 64 pixels. `uint8` means whole numbers from 0 to 255.
#
# Some animals look strange, such as a cat with hanging ears. They are there on purpose: unusual animals exist,
# and a classifier will meet them.
#
# An `ImageSet` holds three things that belong together: images, labels, and *facts*, what is known of each image.

# %%
critters.facts[["group", "background", "light", "atypical"]].head(4).round(2)

# %% [markdown]
# `light` is 1 in daylight and 0.3 at dusk. `atypical` marks an unusual animal. A `group` is one animal with
# several photos, as your own cat would have. How many photos, of how many animals?

# %%
print(f"{len(critters)} photos of {critters.facts['group'].nunique()} animals")

# %%
one_animal = critters.facts["group"] == "dog-0009"
ax = plots.samples(critters[one_animal], n=8)

# %% [markdown]
# This is one dog. Pose, light and background change from photo to photo. The coat, the shape of the head and the
# scarf stay. Keep this picture in mind for section 4.
#
# **Does every class have enough images?** If one class had 95 % of them, a model that always names that
# class would be 95 % right and know nothing.

# %%
ax = plots.class_balance(critters)

# %% [markdown]
# All three classes have the same number of images. No class can hide behind another.

# %% [markdown]
# ## 2 · Why three parts
#
# **Why not just train and test?** Let us cheat on purpose. Forty "models" guess at random among three
# classes. We keep the one that does best on *val*.

# %%
import numpy as np

rng = np.random.default_rng(3)
val_truth, test_truth = rng.integers(0, 3, size=(2, 60))
val_guesses = rng.integers(0, 3, size=(40, 60))  # 40 guessers, 60 images
test_guesses = rng.integers(0, 3, size=(40, 60))

val_accuracy = (val_guesses == val_truth).mean(axis=1)
test_accuracy = (test_guesses == test_truth).mean(axis=1)
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
# **Try it.** Let 4,000 guessers compete (change both 40s). *val* climbs. *test* stays near 33 %, give or take
# 12 points of luck.

# %% [markdown]
# **Exercise.** Now *val* has 30 photos only, so that a guesser gets 10 right on average. How many does the best of
# forty get right? Write your guess down before you run the cell after the check, which plays the game 1,000 times.

# %%
### BEGIN SOLUTION
my_guess = 16
### END SOLUTION

# %%
from course_lib.exercises import check, data_split, progress

check("data_split.best_of_forty", my_guess)

# %%
games = rng.binomial(30, 1 / 3, size=(1000, 40))  # photos right, of 40 guessers in each game
expect("right of 30 for the best of forty, on average", games.max(axis=1).mean(), 15, 16.5)

# %% [markdown]
# ## 3 · Cut by class
#
# **Can we just shuffle and cut?** Nearly. `splits.make` shuffles each class on its own, so that every part gets
# the same mix. The usual word is *stratified*. We make *test* large, 35 %, because a small one judges badly.

# %%
random_split = splits.make(critters, val=0.15, test=0.35, seed=0, by="class")
random_split

# %% [markdown]
# Each class has the same share in each part. By the look of it this is a fine split. Is it?

# %% [markdown]
# ## 4 · The leak
#
# **On which side is each animal?** In the split above, the photos of one animal may lie on both sides. We cut
# again, by group: each animal is either in *train*, or in *val*, or in *test*.

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

# %% [markdown]
# Expect 78 to 95 % for the random split and 60 to 80 % by animal: 5 to 30 points apart.

# %%
expect("accuracy, random split", reports["random"].accuracy, 0.78, 0.95)
expect("accuracy, split by animal", reports["by animal"].accuracy, 0.60, 0.80)
gap = reports["random"].accuracy - reports["by animal"].accuracy
expect("what the leak is worth", gap, 0.05, 0.30)

# %%
for name, split in {"random": random_split, "by animal": group_split}.items():
    test_animals = set(split.test.facts["group"])
    met = test_animals & set(split.train.facts["group"])
    print(f"{name}: {len(met)} of {len(test_animals)} test animals were in train too")

# %% [markdown]
# In the random split the network had met every test animal. Recognising *this* dog by its coat and scarf is
# easier than knowing dogs. Users of your classifier bring new animals, so the **lower score is the one to
# believe**. It is still an estimate, from two dozen animals.
#
# Person, patient, street, video: whenever one thing gives several images, split by it.

# %% [markdown]
# **Exercise.** Cut by group yourself. `groups` names the animal of each photo, such as
# `["owl", "elk", "owl", "fox"]`. Give a list of the same length, `True` for a test photo and `False` for a train
# photo. One third of the *animals* is for test, with all of their photos; it is your choice which.


# %%
def split_by_group(groups):
    ### BEGIN SOLUTION
    animals = sorted(set(groups))
    test_animals = animals[: len(animals) // 3]
    return [animal in test_animals for animal in groups]
    ### END SOLUTION


# %%
check("data_split.split_by_group", split_by_group)

# %% [markdown]
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
# The same photos without their facts
nameless = ImageSet(critters.images, critters.labels, critters.classes)
nameless_audit = splits.audit(splits.make(nameless, val=0.15, test=0.35, seed=0))

print("random split ok:                     ", audit.ok)
print("split by animal ok:                  ", group_audit.ok)
print("random split, animals not noted, ok: ", nameless_audit.ok)

# %% [markdown]
# Look at the last line. It is the leaking split again, and the audit no longer sees the leak: it can only do so
# because somebody wrote down which animal is in each photo. Ask for that when you collect data.

# %% [markdown]
# **Exercise.** An animal shelter has ten photos of each of its 80 dogs, which are of four breeds. A classifier is to
# name the breed of the dogs that come in next year. How do you cut its photos?
#
# - `"photo"`: shuffle all photos and cut
# - `"class"`: shuffle the photos of each breed on its own, as in section 3
# - `"dog"`: all photos of a dog on one side
# - `"breed"`: all photos of a breed on one side

# %%
### BEGIN SOLUTION
my_choice = "dog"
because = "next year every dog is new, and its breed is not"
### END SOLUTION

# %%
check("data_split.which_split", my_choice, because=because)

# %% [markdown]
# ## 5 · Copies
#
# **What if a picture comes twice?** Pictures from the web do: mirrored, darker, saved again. We make such
# copies of ten train images and put them in place of *test*.

# %%
import torch

originals = group_split.train[:10]
darker = (originals.images.flip(-1) * 0.9).to(torch.uint8)  # flip(-1) mirrors left and right
copies = ImageSet(darker, originals.labels, originals.classes, name="copies")

spoilt = splits.Split(
    train=group_split.train, val=group_split.val, test=copies, by="group", seed=0
)
spoilt_audit = splits.audit(spoilt)
axes = plots.split_audit(spoilt_audit)

# %%
near = spoilt_audit.pairs[
    (spoilt_audit.pairs.kind == "near") & (spoilt_audit.pairs.right_part == "test")
]
expect("copies found, of ten", near.right.nunique(), 9, 10)

# %% [markdown]
# At least nine of the ten are found. The audit compares small blurred versions of the images, also mirrored and
# with the brightness evened out.
#
# **Try it.** Replace `.flip(-1)` by `.rot90(1, (2, 3))`, a quarter turn. The ✓ becomes an error, and that is
# meant: the audit does not try rotations. An audit that finds nothing has not proved that nothing is there.

# %% [markdown]
# **Exercise.** Find the leak. In the next split every animal is on one side, and yet one test photo is a copy of a
# train photo. Which two are they? Give their row numbers, counted from 0, as `(train row, test row)`.

# %%
hidden = data_split.riddle()
hidden

# %%
### BEGIN SOLUTION
my_pair = (41, 22)  # splits.audit(hidden).pairs lists it
### END SOLUTION

# %%
check("data_split.leaking_pair", my_pair)

# %% [markdown]
# ## 6 · Into the evidence card
#
# **Where does the network fail?** The card needs a failure image that you can explain. Look before you write.

# %%
report = reports["by animal"]
ax = plots.wrong_examples(report, n=12)

# %% [markdown]
# Many of these animals look strange. Is that so, or does it only seem so? The facts can tell.

# %%
unusual = report.images.facts["atypical"].to_numpy()
is_wrong = np.isin(np.arange(len(report.images)), report.wrong)
expect("share wrong among unusual animals", is_wrong[unusual].mean(), 0.5, 1.0)
expect("share wrong among the others", is_wrong[~unusual].mean(), 0.0, 0.35)

# %% [markdown]
# More than half of the photos of unusual animals are wrong, and at most a third of the others. The network met too
# few animals like them in *train*. **Try it.** Which of the twelve can you explain so? Write your sentence.

# %%
my_sentence = ""  # between the quotes

card = evidence.make(
    "Cats, dogs and pandas, split by animal",
    split=group_split,
    audit=group_audit,
    run=runs["by animal"],
    report=report,
    sentence=my_sentence,
)
card.save("evidence/critters")
card

# %%
progress()

# %% [markdown]
# ## Summary
#
# - Look at the data before the model: balance, groups, copies.
# - *train* teaches, *val* chooses, *test* judges once.
# - Split by class so that parts are alike; split by group when one subject has several images.
# - A leak makes the score better and the classifier no better. The audit finds it if the groups are known.
#
# **Next:** in [02 · Augmentation](02_augmentation.ipynb) you measure which changes to an image keep its class, and which
# turn a 6 into a 9.
