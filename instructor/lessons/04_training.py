# %% [markdown]
# # 04 · Training
#
# **How does a network learn, and how do you tell what went wrong?**
#
# At the end of this notebook you can
#
# - write the training loop yourself, and say what each line does,
# - choose a learning rate from a measurement, and name what a curve tells you,
# - see through an accuracy of 95 %, and keep a log of what you tried.
#
# | section | time |
# |---|---|
# | 1 · The loop, written out | 10 min |
# | 2 · The learning rate | 10 min |
# | 3 · Schedules | 5 min |
# | 4 · Batch size and overfitting | 10 min |
# | 5 · When accuracy lies | 10 min |
# | 6 · Reading curves | 10 min |
# | 7 · The training log | 10 min |

# %% [markdown]
# ## 1 · The loop, written out
#
# **What happens inside `fit`?** Small photos of cats, dogs and pandas, cut by animal. 32 × 32 pixels are enough
# here, and keep every training at a few seconds.

# %%
from course_lib import (
    datasets,
    evaluation,
    evidence,
    expect,
    learning_rate,
    logbook,
    models,
    plots,
    splits,
    training,
    widgets,
)

critters = datasets.load("critters", n=700, size=32, seed=2)
split = splits.make(critters, val=0.3, test=0.3, by="group", seed=0)
split

# %% [markdown]
# A network starts with random weights. Training repeats four lines:
#
# 1. **forward**: what does the network say about a batch of images?
# 2. **loss**: how far is that from the truth?
# 3. **backward**: in which direction would each weight make the loss smaller? That direction is the *gradient*.
# 4. **step**: move every weight a little in that direction.
#
# First the parts. The *optimizer* makes the steps. The *learning rate* says how long they are.

# %%
import torch
from torch import nn

EPOCHS, RATE, BATCH = 6, 4e-3, 32
images, labels = split.train.images, split.train.labels
steps = -(-len(labels) // BATCH)  # batches per epoch, rounded up

model = models.build("small_cnn", split.train)
criterion = nn.CrossEntropyLoss(label_smoothing=0.05)
optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.05, fused=True)
schedule = torch.optim.lr_scheduler.OneCycleLR(
    optimizer, max_lr=RATE, total_steps=EPOCHS * steps
)

# %% [markdown]
# Then the loop. `randperm` shuffles; `tensor_split` cuts the shuffled order into batches.

# %%
torch.manual_seed(0)
by_hand = []
for _ in range(EPOCHS):
    model.train()
    losses = []
    for batch in torch.randperm(len(labels)).tensor_split(steps):
        loss = criterion(model(images[batch]), labels[batch])  # forward, loss
        optimizer.zero_grad()  # forget the gradients of the last batch
        loss.backward()  # backward
        optimizer.step()  # step
        schedule.step()
        losses.append(loss.item())
    model.eval()
    with torch.no_grad():  # val is only looked at: nothing is learnt from it
        val_loss = criterion(model(split.val.images), split.val.labels).item()
    by_hand.append((sum(losses) / steps, val_loss))

# %% [markdown]
# That is all. **Is `fit` the same?** It adds what the loop above lacks: it keeps the best weights, stops early,
# shows a progress bar and writes down what it did. `live_curves` draws the curves while it trains.

# %%
model = models.build("small_cnn", split.train)
run = training.fit(
    model, split.train, split.val, epochs=EPOCHS, on_epoch=widgets.live_curves(EPOCHS)
)

# %%
import numpy as np

difference = np.abs(
    run.history[["train_loss", "val_loss"]].to_numpy() - np.array(by_hand)
).max()
expect("largest difference between the two loss histories", difference, 0, 1e-3)

# %% [markdown]
# The two histories are the same. From here on we use `fit`, and you know what it does. We will train many times, so
# here is a short name for "a new network from the same start, trained with these settings".


# %%
def train(images=split.train, val=split.val, **settings):
    model = models.build("small_cnn", images)
    return training.fit(model, images, val, **settings)


# %% [markdown]
# **Try it.** Delete the line `optimizer.zero_grad()` and run the cells again, from the parts on. The gradients of
# all batches add up. What does the last line say now?

# %% [markdown]
# ## 2 · The learning rate
#
# **How long should a step be?** It is the first knob to turn. Measure before you guess: a *range test* takes one
# batch after the other, and a larger learning rate for each.

# %%
test = learning_rate.range_test(models.build("small_cnn", split.train), split.train)
ax = plots.range_test(test)

# %% [markdown]
# Read it from left to right. On the left the steps are so short that nothing happens. In the middle the loss falls.
# On the right the steps are too long, and the loss climbs. A good rate lies well before the climb. A common choice is
# a tenth of the rate where the loss stops falling: here between 0.001 and 0.02.

# %%
expect("suggested learning rate", test.suggested, 0.001, 0.02)

# %% [markdown]
# **Is that so?** The same network and the same images, with three learning rates.

# %%
by_rate = {
    "too low: 0.00001": train(epochs=8, lr=1e-5),
    "right: 0.004": train(epochs=8, lr=4e-3),
    "too high: 1": train(epochs=8, lr=1.0),
}
comparison = training.compare(by_rate)
axes = plots.compare(comparison)

# %%
comparison

# %%
expect("val accuracy, too low", by_rate["too low: 0.00001"].metrics["val_accuracy"], 0.2, 0.65)
expect("val accuracy, right", by_rate["right: 0.004"].metrics["val_accuracy"], 0.7, 0.97)
expect("val accuracy, too high", by_rate["too high: 1"].metrics["val_accuracy"], 0.2, 0.75)

# %% [markdown]
# Too low looks as if there were nothing to learn. Too high jumps, because each step overshoots. Only the middle one
# gets to 70 % or more. So before you change the network, change the learning rate.

# %% [markdown]
# ## 3 · Schedules
#
# **Must the rate stay the same?** Long steps are good far from the goal, and short ones near it. A *schedule* changes
# the rate during training. The classic worked example: begin at 0.001 and take a tenth after every 5 epochs.

# %%
for epoch, rate in enumerate(learning_rate.rates("step", 1e-3, epochs=15, steps=1), start=1):
    if epoch % 5 == 1:
        print(f"from epoch {epoch:2d}: {rate:.6f}")

# %%
ax = plots.schedules(["constant", "step", "cosine", "one_cycle"], lr=0.01, epochs=12)

# %% [markdown]
# One-cycle also *starts* low: the first steps of a network with random weights point in poor directions.
#
# **Which is best?** All four from the same start, with the same highest rate.

# %%
names = ("constant", "step", "cosine", "one_cycle")
by_schedule = {name: train(epochs=12, lr=0.01, schedule=name) for name in names}
axes = plots.compare(training.compare(by_schedule))

# %%
for name, run in by_schedule.items():
    expect(f"val accuracy, {name}", run.metrics["val_accuracy"], 0.65, 0.96)

# %% [markdown]
# All of them learn: 65 to 96 %. *step* falls so early here that it stands still after 5 epochs; it was made for
# long trainings. One-cycle goes smoothly to its end, which is why `fit` uses it unless told otherwise.
#
# Do not read much into a few points: `val` has 210 images, and one of them is half a point. **Try it.** Give
# `models.build` and `fit` another `seed`. Is the order still the same?

# %% [markdown]
# ## 4 · Batch size and overfitting
#
# **How many images per step?** With batches of 8 an epoch of these 280 images has 35 steps. With one batch of all
# images it has a single one.

# %%
by_batch = {f"batches of {n}": train(epochs=8, batch_size=n) for n in (8, 32, 280)}
axes = plots.compare(training.compare(by_batch))

# %%
for name, low, high in (("batches of 8", 0.75, 0.96), ("batches of 280", 0.3, 0.75)):
    expect(f"val accuracy, {name}", by_batch[name].metrics["val_accuracy"], low, high)

# %% [markdown]
# After 8 epochs the large batches have made 8 steps, and the small ones 280. Large batches use a GPU better and give
# calmer steps. But they need more epochs, or a higher rate. If you change the batch size, look for the learning rate
# anew.
#
# **What if there are few images?** Now only 60 of them teach. Regularisation makes learning by heart harder:
#
# - *weight decay* pulls all weights towards 0 at every step,
# - *label smoothing* asks for 95 % instead of 100 % certainty,
# - *dropout* switches off features at random while training, so that none can be relied on alone.

# %%
few = split.train[:60]
plain = {"schedule": "constant", "epochs": 25, "patience": 25}
plain |= {"weight_decay": 0.0, "label_smoothing": 0.0}
with_dropout = models.build("small_cnn", few, dropout=0.5)

by_way = {
    "none": train(few, **plain),
    "weight decay 0.5": train(few, **plain | {"weight_decay": 0.5}),
    "label smoothing 0.1": train(few, **plain | {"label_smoothing": 0.1}),
    "dropout 0.5": training.fit(with_dropout, few, split.val, **plain),
}
axes = plots.cases(by_way, columns=4)

# %%
for name, run in by_way.items():
    last = run.history.iloc[-1]
    expect(f"train accuracy, {name}", last["train_accuracy"], 0.85, 1)
    expect(
        f"points between train and val, {name}",
        100 * (last["train_accuracy"] - last["val_accuracy"]),
        5,
        55,
    )

# %% [markdown]
# On *train* all of them end at 85 % or more; on *val* they lie 5 points or more below. That gap is *overfitting*: the
# network knows these 60 photos, and not what makes a cat. Regularisation does not close the gap. More images do:
# with all 280 of them, section 2 reached 70 % or more.
#
# **When should training stop?** When `val` no longer gets better. `patience=6` waits 6 epochs for that, then ends,
# and `fit` goes back to the best epoch. This is *early stopping*.

# %%
stopped = train(few, **plain | {"epochs": 80, "patience": 6})
axes = plots.learning_curves(stopped)

# %%
expect("epochs made, of 80", len(stopped.history), 8, 79)
expect("epochs after the best one", len(stopped.history) - stopped.best_epoch, 6, 6)

# %% [markdown]
# **Try it.** Set `patience` to 2. Does it stop too soon?

# %% [markdown]
# ## 5 · When accuracy lies
#
# **What if one class is rare?** We keep all cats, and so few dogs that they are 5 % of every part.

# %%
pets = datasets.load("critters", n=1800, size=24, seed=3, species=("cat", "dog"))
pets = splits.make(pets, val=0.2, test=0.4, by="group", seed=0)


def with_few_dogs(part, dogs):
    """All the cats of a part, and its first few dogs."""
    is_dog = part.labels == part.classes.index("dog")
    return part[~is_dog | (is_dog.cumsum(0) <= dogs)]


rare = splits.Split(
    train=with_few_dogs(pets.train, 19),
    val=with_few_dogs(pets.val, 10),
    test=with_few_dogs(pets.test, 19),
    by="group",
    seed=0,
)
ax = plots.class_balance(rare)

# %% [markdown]
# A model that always says *cat* is right in 95 % of all cases and knows nothing. **Does ours know more?**

# %%
ways = ("none", "weighted", "sampling", "focal")
by_balance = {way: train(rare.train, rare.val, epochs=12, balance=way) for way in ways}
judged = {way: evaluation.evaluate(run.model, rare.test) for way, run in by_balance.items()}
ax = plots.recalls(judged)

# %%
recall = {name: report.per_class.recall["dog"] for name, report in judged.items()}
expect("accuracy, nothing done", judged["none"].accuracy, 0.93, 0.99)
expect("recall of dogs, nothing done", recall["none"], 0.0, 0.4)
expect("recall of dogs, weighted", recall["weighted"], 0.7, 1.0)
expect("precision of dogs, weighted", judged["weighted"].per_class.precision["dog"], 0.04, 0.6)

# %% [markdown]
# The accuracy is 93 % or more, and still at most 40 % of the dogs are found. That share is the **recall** of the class.
# **Precision** is the other side: of those called dogs, how many are dogs?
#
# - **weighted**: a dog counts 19 times as much in the loss. Nearly all dogs are found; most of the animals called
#   dogs are cats.
# - **sampling**: a dog is drawn 19 times as often. The aim is the same, but the network sees the same 19 dogs again
#   and again, and soon knows them by heart.
# - **focal**: images that the network is sure of count less (Lin et al. 2017). It helps a little here, or not at all.
#
# None of them adds knowledge: 19 dogs remain 19 dogs. More dogs would be better. Which one to take depends on what a
# missed dog costs, and what a false alarm does.
#
# **Try it.** Give the train part 200 dogs. Look at recall and precision again.

# %% [markdown]
# ## 6 · Reading curves
#
# **What does a curve tell?** This map goes from what you see to what to try first.
#
# <img src="../assets/diagnosis_map.svg" width="700" alt="Training diagnosis map: six pictures of curves, each with its cause and the first step: both stay poor (underfitting or a small learning rate), train good and val poor (overfitting or a bad split), jumping (learning rate or batch), val too good to be true (leakage), accuracy hides a class (class imbalance), and both good and close.">
#
# And here are the six cases, from real trainings. Five are from above. For *leakage*, `val` holds mirrored copies of
# the train images.

# %%
from course_lib.imageset import ImageSet

jumping = train(epochs=12, lr=0.1, batch_size=8, schedule="constant")

mirrored = ImageSet(few.images.flip(-1), few.labels, few.classes, name="mirrored train")
leaking = train(few, mirrored, **plain)

# %%
axes = plots.cases(
    {
        "1 · both stay poor": by_rate["too low: 0.00001"],
        "2 · train good, val poor": by_way["none"],
        "3 · jumping": jumping,
        "4 · val too good to be true": leaking,
        "5 · a class is ignored, and it looks fine": by_balance["none"],
        "6 · both good, and close": by_batch["batches of 8"],
    },
    what="loss",
)

# %% [markdown]
# Compare 4 with 2: the same 60 images, the same network. With copies in *val* the gap is nearly gone. Only images
# that are really new tell the truth. And case 5 cannot be seen in a curve at all: that takes the recall of each class.

# %%
truth = evaluation.evaluate(leaking.model, split.test).accuracy
expect("val accuracy of the leaking run", leaking.metrics["val_accuracy"], 0.8, 1.0)
expect(
    "points that it loses on new images",
    100 * (leaking.metrics["val_accuracy"] - truth),
    5,
    50,
)

# %% [markdown]
# **Try it.** Cover the titles with your hand. Can you still name each case?

# %% [markdown]
# ## 7 · The training log
#
# **What did I try last week?** Without a log nobody knows. Train once more, with your own settings, and keep it.

# %%
my_settings = {
    "epochs": 12,
    "lr": 4e-3,
    "schedule": "one_cycle",
    "batch_size": 32,
}  # change them
my_next_step = ""  # what would you try next, and why?

my_run = train(**my_settings, on_epoch=widgets.live_curves(my_settings["epochs"]))

# %%
on_val = evaluation.evaluate(my_run.model, split.val)
logbook.save("runs/small_cnn", run=my_run, split=split, report=on_val, next_step=my_next_step)

# %% [markdown]
# The folder `runs/small_cnn` now holds all of this: the settings, where it ran, `history.csv`, `curves.png`, the
# weights, the confusion matrix and the wrong images. The report is on *val*, because the log is for choosing. `test`
# waits until you have chosen.
#
# **Which images are wrong?** Look at 20 of them after every training, and sort them by cause: wrong label, poor
# quality, ambiguous class, wrong region, too few like it.

# %%
ax = plots.wrong_examples(on_val, n=20)

# %% [markdown]
# **Your practice output.** What do split, loss, accuracy, overfitting and the wrong images say about your training?
# Two or three sentences go onto your evidence card, with the curves and the wrong images.

# %%
my_answer = ""  # between the quotes

card = evidence.practice(
    "evidence/critters",
    "training",
    my_answer,
    axes=[plots.learning_curves(my_run), plots.wrong_examples(on_val, n=20)],
)
card

# %% [markdown]
# ## Summary
#
# - Training is forward, loss, backward, step, again and again.
# - The learning rate comes first: measure it with a range test.
# - Read *train* and *val* together. Both poor, a gap, jumps and a *val* too good each have their own cause.
# - Accuracy hides rare classes. Read recall and precision per class.
# - Keep a log, and look at the wrong images after every run.
#
# **Next:** *05 · Evidence*: why a wrong image is wrong, and how to prove it.
