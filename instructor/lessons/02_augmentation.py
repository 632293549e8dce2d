# %% [markdown]
# # 02 · Augmentation
#
# **Which changes to an image keep its class, and which turn it into another?**
#
# At the end of this notebook you can
#
# - change training images at random, and say what that adds and what it does not,
# - measure which changes keep the label, and name the classes that turn into each other,
# - build a policy step by step, and keep only what helps on validation images,
# - explain why validation images are never changed at random.
#
# | section | time |
# |---|---|
# | 1 · The same thing, looking different | 5 min |
# | 2 · Three kinds of change | 20 min |
# | 3 · Does the label survive? | 13 min |
# | 4 · Build a policy, one step at a time | 10 min |
# | 5 · None, weak, strong, wrong | 10 min |
# | 6 · Only the training images | 5 min |
# | 7 · By hand | 5 min |
# | 8 · Into the evidence card | 5 min |

# %% [markdown]
# ## 1 · The same thing, looking different
#
# **A cat looks to the left. Is it still a cat when it looks to the right?** You know that. A network knows only
# the images that it was trained on. *Augmentation* shows it each training image a little changed, differently in
# every epoch, so that it stops taking accidents for the pattern.
#
# Two sets go with us: drawn animals in colour, and real handwritten digits.

# %%
from course_lib import (
    augment,
    datasets,
    evaluation,
    evidence,
    expect,
    models,
    plots,
    splits,
    training,
    widgets,
)

animals = splits.make(
    datasets.load("critters", n=700, size=24, seed=2), val=0.45, test=0.40, by="group"
)
digits = splits.make(datasets.load("digits"), val=0.45, test=0.25, seed=3)

# %% [markdown]
# We train on few animals, because that is where augmentation matters most, and keep many images for validation, because
# small differences need many images to be seen. A `Policy` says what may happen to an image, in which order, and
# how strongly: 0 is nothing, 1 the most.

# %%
gentle = augment.Policy(hflip=0.5, shift=0.1, brightness=0.3, name="gentle")
gentle

# %%
facts = animals.train.facts
aside = (facts["yaw"].abs() > 0.2) & (facts["scale"] > 0.45)  # seen from the side, and near
three = animals.train[aside][:3]
ax = plots.gallery(three, gentle)

# %% [markdown]
# On the left is the image as it is. Beside it are six versions, each with its own mirror, shift and light.
# *Always look at such pictures before you train.* If you cannot tell the class any more, how could the network?
#
# No version shows an animal that was not there before. Augmentation **adds no information**; it says which
# differences do not matter. A new photo of a new cat is worth more than a hundred versions of an old one.
#
# **Try it.** Give `brightness=1` and look again. Which versions would you not want to learn from?

# %% [markdown]
# ## 2 · Three kinds of change
#
# **What can be changed?** Geometric changes stand for another viewpoint: `hflip` mirrors left and right, `vflip`
# mirrors top and bottom, then shift, crop, rotate, scale. Colour changes stand for another light or camera. The third
# kind covers a part (`cutout`) or blends two images.

# %%
names = ["hflip", "rotate", "crop_resize", "brightness", "hue", "cutout"]
ax = plots.operations(three, names)

# %% [markdown]
# Each row is one change. On the left is the original, then the strength grows from 0.1 to 1. What 1 means stands
# at the right: for `rotate` it is half a turn, so 0.1 are 18 degrees. A mirror is done or not; for it the strength in a
# policy is the share of images that are mirrored.

# %% [markdown]
# **Exercise.** Turn images upside down yourself. `images` is a tensor `[N, C, H, W]`: N images, each with C colours in
# H rows of W pixels. Return the images with their rows in reverse order. Stuck? `hint("augmentation.vertical_flip")`.

# %%
from course_lib.exercises import check, hint, progress, solution  # noqa: F401


def vertical_flip(images):
    ### BEGIN SOLUTION
    return images.flip(-2)
    ### END SOLUTION


# %%
check("augmentation.vertical_flip", vertical_flip)

# %% [markdown]
# **Exercise.** A policy mirrors half of the images left and right and, independently of that, half of them top and
# bottom. Which share of the images does it change? Predict it, as a number such as `0.5`, before you run the last of
# these cells.

# %%
### BEGIN SOLUTION
my_share = 0.75  # half of a half stays as it is
### END SOLUTION

# %%
check("augmentation.two_mirrors", my_share)

# %%
mirrors = augment.Policy(hflip=0.5, vflip=0.5, name="two mirrors")
before, after = animals.val.images, mirrors(animals.val).images
changed = (before != after).flatten(1).any(1).float().mean()
expect("share of images that two mirrors change", changed, 0.68, 0.82)

# %% [markdown]
# **How can one blend two images and still have a label?** By blending the labels too. `mixup` lays one image over
# the other, `cutmix` pastes a piece of it.

# %%
names = animals.train.label_names
one_each = animals.train[[names.index(name) for name in animals.train.classes]]
ax = plots.gallery(one_each, augment.Policy(mixup=1, name="mixup"), n=5)

# %%
ax = plots.gallery(one_each, augment.Policy(cutmix=1, name="cutmix"), n=5)

# %% [markdown]
# Each caption is the label that the network has to learn: so much of this class, so much of that. `cutmix` counts the
# area, not what is still to be seen of an animal: that is its risk.

# %% [markdown]
# **Exercise.** Write `mixup`. `share`, from 0 to 1, says how much of `others` lies over `images`, both uint8
# `[N, C, H, W]`. The targets `[N, K]` hold a share for each of K classes. Return the blended images, not rounded, and
# the blended targets.


# %%
def mixup(images, targets, others, other_targets, share):
    ### BEGIN SOLUTION
    mixed = (1 - share) * images + share * others
    return mixed, (1 - share) * targets + share * other_targets
    ### END SOLUTION


# %%
check("augmentation.mixup", mixup)

# %% [markdown]
# ## 3 · Does the label survive?
#
# **A flipped cat is a cat. Is a turned 6 a 6?** Do not guess; measure. First we train a network without any
# augmentation. Then `survival` changes the validation images that it labels rightly, and asks it again. Each change is
# made at its full strength, in a random direction: at brightness 1, half of the images are black.

# %%
digit_model = models.build("small_cnn", digits.train)
run = training.fit(digit_model, digits.train, digits.val, epochs=8)
digit_survival = augment.survival(digit_model, digits.val)
ax = plots.survival_map(digit_survival)

# %% [markdown]
# Each cell tells how many labels survive that change at that strength. *safe*: nearly all do. *risky*: many do
# not, and the network is lost: it has never seen such images. The cells with a frame are another matter. There two
# classes **change places**: the network is not lost, it sees the other digit.

# %%
print("half turn:", digit_survival.verdict("rotate", 1))
print("a little noise:", digit_survival.verdict("noise", 0.1))

# %% [markdown]
# So a half turn makes 9s of 6s and 6s of 9s. See for yourself: above the original, below it the changed image, and
# what the network sees in it.

# %%
six_or_nine = digits.val[[name in ("6", "9") for name in digits.val.label_names]]
ax = plots.augmented(six_or_nine, digit_survival, "rotate", 1, model=digit_model)

# %%
turned = digit_survival.pairs("rotate").query("strength == 1")
turned = turned.set_index(["true", "taken_for"]).share
expect("share of sixes taken for nines", turned["6", "9"], 0.7, 1.0)
expect("share of nines taken for sixes", turned["9", "6"], 0.4, 1.0)

# %% [markdown]
# Over 70 % of the sixes are taken for nines, and over 40 % of the nines for sixes. Nobody told the network that. If you
# train with half turns, you tell it that a 6 may be a 9. And the animals?

# %%
animal_model = models.build("small_cnn", animals.train)
run = training.fit(animal_model, animals.train, animals.val, epochs=25)
animal_survival = augment.survival(animal_model, animals.val)
ax = plots.survival_map(animal_survival)

# %%
print("mirrored animals:", animal_survival.verdict("hflip"))
expect("share of animals that survive a mirror", animal_survival.at("hflip").share, 0.90, 1.0)
expect("share of digits that survive a mirror", digit_survival.at("hflip").share, 0.20, 0.65)

# %% [markdown]
# Over 90 % of the animals survive the mirror, and at most 65 % of the digits. **What is reasonable depends on the
# task.** A traffic sign is worse than a digit: mirrored, *keep right* says *keep left*.
#
# Two limits. The verdict is this network's, not the truth: *risky* can mean that it has not learnt yet what you
# know. And digits have no colour, so `hue` and `saturation` are safe there only because they do nothing.
#
# **Try it.** `digit_survival.pairs("vflip", 5)` lists which digit is taken for which one when upside down. Which
# pair makes sense to you?

# %% [markdown]
# **Exercise.** A network tells traffic signs apart: keep left, keep right, speed limits, stop. Which changes keep the
# class of all of them? Choose from `"hflip"`, `"vflip"`, `"half turn"`, `"small shift"`, `"other light"` and
# `"other hue"`, such as `{"hflip", "vflip"}`, and write in a sentence why the others do not.

# %%
### BEGIN SOLUTION
my_choice = {"small shift", "other light"}
my_reason = (
    "mirrors and turns change arrows and numbers, and the hue says what kind of sign it is"
)
### END SOLUTION

# %%
check("augmentation.safe_for_signs", my_choice, because=my_reason)

# %% [markdown]
# ## 4 · Build a policy, one step at a time
#
# **Which changes help?** Add one kind at a time, in this order: mirror and light crop, light colour, then mixing.
# Keep a step only if validation improves. One run is luck, so each policy gets three: the same network, the same
# images, three seeds.
#
# For the hue we go as far as 0.4. The map calls that *risky*: the network does not know yet that a greenish cat is a
# cat. You do. Such a change, whose label you are sure of and the network is not, is the one worth teaching.


# %%
def compare(policies, split, epochs):
    reports = {policy.name: [] for policy in policies}
    for policy in policies:
        for seed in range(3):
            model = models.build("small_cnn", split.train, seed=seed)
            training.fit(
                model, split.train, split.val, epochs=epochs, seed=seed, policy=policy
            )
            reports[policy.name].append(evaluation.evaluate(model, split.val))
    return reports


def mean_accuracy(reports):
    return sum(report.accuracy for report in reports) / len(reports)


# %%
mild = {"hflip": 0.5, "crop_resize": 0.15}
colour = {"brightness": 0.3, "contrast": 0.3, "saturation": 0.5, "hue": 0.4}
steps = [
    augment.Policy(name="none"),
    augment.Policy(**mild, name="mirror, light crop"),
    augment.Policy(**mild, **colour, name="+ light colour"),
    augment.Policy(**mild, **colour, mixup=0.5, name="+ mixup"),
]
built = compare(steps, animals, epochs=30)
ax = plots.policies(built)

# %% [markdown]
# Each dot is one run, the diamond is their mean, and the bar shows how far runs of one policy differ. *A
# difference smaller than the bars may be luck.* Mirror and crop change little here. Colour is the step that helps,
# probably because the few animals in *train* have few coats. Expect 1 to 15 points more from it.

# %%
means = {name: mean_accuracy(reports) for name, reports in built.items()}
crop = 100 * (means["mirror, light crop"] - means["none"])
gain = 100 * (means["+ light colour"] - means["mirror, light crop"])
expect("points that mirror and crop add", crop, -7, 7)
expect("points that colour adds to them", gain, 1, 15)

# %% [markdown]
# Keep the steps that helped and leave the others out. `mixup=0.5` lays up to a quarter of another image over each one;
# is it worth it here? Each step has to earn its place.
#
# **Try it.** Is it the hue alone? In a new cell:
#
# ```python
# hue = [augment.Policy(name="none"), augment.Policy(hue=0.4, name="hue")]
# ax = plots.policies(compare(hue, animals, epochs=30))
# ```

# %% [markdown]
# ## 5 · None, weak, strong, wrong
#
# **If a little helps, does more help more?** Now the digits. *strong* takes everything too far. *wrong* is a habit
# from photos: mirror left and right, top and bottom at will. One image in four gets both, and that is a half turn.

# %%
four = [
    augment.Policy(name="none"),
    augment.Policy(shift=0.07, rotate=0.05, scale=0.1, name="weak"),
    augment.Policy(shift=0.4, rotate=0.3, scale=1, brightness=0.9, cutout=0.9, name="strong"),
    augment.Policy(hflip=0.5, vflip=0.5, name="wrong"),
]
compared = compare(four, digits, epochs=6)
ax = plots.policies(compared)

# %%
means = {name: mean_accuracy(reports) for name, reports in compared.items()}
expect("accuracy with none", means["none"], 0.94, 1.0)
expect("points that weak is behind", 100 * (means["none"] - means["weak"]), -1, 5)
expect("points that strong is behind", 100 * (means["none"] - means["strong"]), 45, 90)
expect("points that wrong is behind", 100 * (means["none"] - means["wrong"]), 4, 25)

# %% [markdown]
# *weak* is a little behind *none*, at most 5 points: changed images take longer to learn, and six epochs are few. *strong*
# hides and moves so much that too little is left to learn: it is 45 points or more behind. **More augmentation is not
# better augmentation.** And *wrong* is 4 to 25 points behind. Where does it fail?

# %%
ax = plots.confusion(compared["wrong"][0])

# %%
seen = sum(report.confusion for report in compared["wrong"]).loc[
    "6"
]  # all three seeds together
expect("share of sixes that are found", seen["6"] / seen.sum(), 0.35, 0.9)
expect("share of sixes taken for nines", seen["9"] / seen.sum(), 0.04, 0.5)

# %% [markdown]
# Look at the row of the 6: up to half of them are taken for nines. In training a 9 often looked like a 6, so the network
# can no longer be sure. The framed cell of the map in section 3 has warned of that half turn.
#
# **Try it.** Does *weak* catch up when it has more time? Call `compare(four[:2], digits, epochs=15)` and plot it.

# %% [markdown]
# ## 6 · Only the training images
#
# **Why not change the validation images as well?** Let us make that mistake. The same network judges the same
# images six times: as they are, and after five draws of a rough policy.

# %%
rough = augment.Policy(crop_resize=0.6, rotate=0.2, brightness=0.7, name="rough")
judged = {"as they are": evaluation.evaluate(animal_model, animals.val)}
for draw in range(5):
    judged[f"changed, draw {draw + 1}"] = evaluation.evaluate(
        animal_model, rough(animals.val, seed=draw)
    )
ax = plots.accuracies(judged)

# %%
drawn = [report.accuracy for name, report in judged.items() if name != "as they are"]
again = evaluation.evaluate(animal_model, animals.val)
print("as they are, judged twice, the same:", again.accuracy == judged["as they are"].accuracy)
print("five draws, all the same:           ", len(set(drawn)) == 1)
expect("what the changes hide", judged["as they are"].accuracy - sum(drawn) / 5, 0.03, 0.35)

# %% [markdown]
# The network did not change; the number did, with every draw, and it fell by 3 to 35 points. It no longer says how well the network does on the
# images that users will bring, but on a mixture of those and our dice. You could not even compare two epochs.
# `fit` never changes *val*. If you write the loop yourself, take care.

# %% [markdown]
# ## 7 · By hand
#
# **From where on do you lose the class yourself?** Choose a change, move the strength, and compare your eye with the
# network's: its answers stand below the pictures.

# %%
widgets.augmentation(animals.val[:64], animal_survival, "rotate", 0.25, model=animal_model)

# %% [markdown]
# No controls to be seen, as on paper? Then this picture shows one setting.

# %%
ax = plots.augmented(animals.val[:64], animal_survival, "rotate", 0.25, model=animal_model)

# %% [markdown]
# **Try it.** Find a change where you still see the class and the network does not. That is one worth training
# with: it keeps the class, and the network has yet to learn so.
#
# **Typical mistakes**
#
# - More is taken for better. Beyond a point every change destroys what it should vary.
# - A recipe is copied from another task. The mirror of photos is wrong for text, signs and digits.
# - Nobody looked at the changed pictures.
# - Validation or test images are changed at random.
# - One lucky seed is taken for a gain.

# %% [markdown]
# ## 8 · Into the evidence card
#
# **Which changes keep the class of your images, and which are a risk?** Write it for the animals, or for a set of
# your own: name two changes that keep the class, two that are a risk, and the figures that say so. For example: "The
# mirror keeps the class: … % of the labels survive it. A half turn …"

# %%
my_answer = ""  # between the quotes

ax = plots.survival_map(animal_survival)
card = evidence.practice("evidence/critters", "augmentation", my_answer, axes=ax)
card

# %%
progress()

# %% [markdown]
# ## Summary
#
# - Augmentation varies what does not matter. It adds no information.
# - Which change keeps the label depends on the task, and can be measured: a half turn makes a 9 of a 6.
# - Mirror, light crop, light colour, then mixing; keep a step only if validation improves by more than luck.
# - Too strong hurts, wrong hurts, and only training images are changed.
#
# **Next:** in [03 · Architectures](03_architectures.ipynb) you see what stands between the image and the scores, and what
# each generation of networks brought.
