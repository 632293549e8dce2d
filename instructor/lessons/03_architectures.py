# %% [markdown]
# # 03 · Architectures
#
# **Which network should look at your images, and must it learn everything from them?**
#
# At the end of this notebook you can
#
# - split any classifier into its feature extractor and its head,
# - say which bottleneck VGG, ResNet, EfficientNet and ConvNeXt each answered,
# - compare networks by accuracy *and* cost, and choose one within a budget,
# - use a pretrained backbone, frozen or fine-tuned, when you have few images.
#
# | section | time |
# |---|---|
# | 1 · Feature extractor and head | 10 min |
# | 2 · Four answers to four bottlenecks | 10 min |
# | 3 · Accuracy against cost | 10 min |
# | 4 · Depth, with and without paths | 10 min |
# | 5 · A backbone that somebody else paid for | 10 min |
# | 6 · Choose, and write it down | 10 min |

# %% [markdown]
# ## 1 · Feature extractor and head
#
# **What is inside a classifier?** Two parts. The *backbone*, or feature extractor, turns an image into a short
# list of numbers, the *features*. The *head* turns the features into one score for each class.

# %%
import torch
from course_lib import datasets, evaluation, expect, models, plots, splits, training

split = splits.make(
    datasets.load("critters", n=900, seed=3), val=0.1, test=0.45, seed=0, by="group"
)
model = models.build("resnet", split.train)
print(model)
print("head:", model.head)

# %% [markdown]
# `3 × 64 × 64` = 12,288 numbers go in, 64 features come out, and the head makes three scores of them. Nearly all
# weights are in the backbone. We train both together.

# %%
runs = {"resnet": training.fit(model, split.train, split.val, epochs=10)}
with torch.no_grad():
    features = model.features(split.test.images)
print("images  ", list(split.test.images.shape[1:]))
print("features", list(features.shape[1:]))

# %% [markdown]
# **What is a good feature?** One that brings images of the same class together. We draw every test image as a
# point. 64 numbers do not fit on paper, so the picture keeps the two directions in which the points differ most.

# %%
pixels = split.test.images.flatten(1).float()
axes = plots.features(
    {"as pixels": pixels, "as features of the backbone": features}, split.test
)

# %% [markdown]
# As pixels, the classes lie on top of each other. As features they part. The head only has to draw straight borders
# between them. One number for the same thing: take each test image, find the *train* image that is nearest to it. How
# often is it of the same class?

# %%
with torch.no_grad():
    train_features = model.features(split.train.images)
train_pixels = split.train.images.flatten(1).float()


def same_class_nearest(train, test):
    nearest = torch.cdist(test, train).argmin(1)  # for each test image, a train image
    return (split.train.labels[nearest] == split.test.labels).float().mean()


by_pixels = same_class_nearest(train_pixels, pixels)
by_features = same_class_nearest(train_features, features)
expect("nearest image of the same class, by pixels", by_pixels, 0.55, 0.80)
expect("nearest image of the same class, by features", by_features, 0.75, 1.0)
expect("what the features add", by_features - by_pixels, 0.05, 0.40)

# %% [markdown]
# **Does a head fit any backbone?** We put the trained head on a backbone that has learnt nothing.

# %%
other = models.build("resnet", split.train, seed=1)
other.head = model.head
reports = {"resnet": evaluation.evaluate(model, split.test)}
together = reports["resnet"].accuracy
mismatched = evaluation.evaluate(other, split.test).accuracy
expect("accuracy, backbone and head that learnt together", together, 0.72, 0.97)
expect("accuracy, the same head on another backbone", mismatched, 0.2, 0.5)

# %% [markdown]
# Guessing would give 33 %. A head reads the features of *its* backbone and no other. The reverse is useful: keep
# the backbone, put a **new head** on it, train only that. Section 5 does so.

# %% [markdown]
# ## 2 · Four answers to four bottlenecks
#
# **Why are there so many architectures?** Each one removed what held the earlier ones back.
#
# <img src="../assets/architecture_map.svg" width="700" alt="Architecture evolution map: a classifier is a backbone and a head; inside the backbone the block changes. VGG-style 2014: depth from small regular 3×3 convolutions. ResNet 2015: a path keeps the input, the block learns a correction, the gradient has a short way back. EfficientNet-style 2019: depthwise convolutions save compute. ConvNeXt 2022: convolutions rebuilt with what Transformers taught.">
#
# Each box of the map is a few lines of code. A *convolution* slides a small window over the image and mixes what it
# sees. `[N, C, H, W]` are N images with C channels of H × W numbers.
#
# **1 · VGG-style** (bottleneck: few layers with large windows). Only 3×3 windows, two in a row, then halve.

# %%
import inspect

from course_lib import architectures

print(inspect.getsource(architectures.vgg))

# %% [markdown]
# **2 · ResNet** (bottleneck: deeper networks trained *worse*). `change` is two convolutions as above. The path
# beside them hands on the input as it is, so the block only learns a **correction**.

# %%
print(inspect.getsource(architectures.ResidualBlock))

# %% [markdown]
# **3 · EfficientNet-style** (bottleneck: accuracy costs too much compute). A *depthwise* convolution looks at each
# channel alone. That needs 9 weights per channel instead of 9 for every pair of channels.

# %%
print(inspect.getsource(architectures.MBConv.__init__))

# %% [markdown]
# **4 · ConvNeXt** (bottleneck: Transformers had overtaken convolutions). It borrows from them: cut the image into
# patches, look wide (7×7), mix the channels in two linear layers.

# %%
print(inspect.getsource(architectures.ConvNeXtBlock.forward))

# %% [markdown]
# **Try it.** Print `architectures.PlainBlock` and compare its last line with that of `ResidualBlock`. The
# difference between the two is all that section 4 is about.

# %% [markdown]
# ## 3 · Accuracy against cost
#
# **Which one is best?** That is half a question. Best at what price? We train each from scratch on the same
# images, with the same seed and settings. *From scratch* means from random weights.

# %%
for name in ["linear", "small_cnn", "vgg", "efficientnet", "convnext"]:
    runs[name] = training.fit(
        models.build(name, split.train), split.train, split.val, epochs=10
    )
    reports[name] = evaluation.evaluate(runs[name].model, split.test)

accuracy = {name: report.accuracy for name, report in reports.items()}
costs = models.describe(
    {name: run.model for name, run in runs.items()}, accuracy=accuracy, rounds=5
)
costs

# %% [markdown]
# - **Parameters**: numbers that are learnt. They decide the size of the file.
# - **MFLOPs**: millions of additions and multiplications for one image.
# - **ms**: milliseconds on this machine, for 1 image and for 64 at once.
# - **MB to train**: memory in which one step of training fits.
#
# The same runs as a picture. The bar through each point is the 95 % interval of its accuracy.

# %%
ax_cost = plots.accuracy_against_cost(costs, reports, cost="flops")

# %% [markdown]
# The best network clearly beats the linear one. But look how much the intervals of neighbours overlap: a few hundred
# test images and one seed cannot say which of two close networks is better. The *costs* differ clearly.

# %%
gain = max(accuracy.values()) - accuracy["linear"]
expect("accuracy, the best network minus linear", gain, 0.03, 0.50)
ratio = costs.table.loc["resnet"] / costs.table.loc["efficientnet"]
expect("resnet over efficientnet, MFLOPs", ratio.flops, 5, 7)
expect("resnet over efficientnet, ms for 1 image", ratio.ms_1, 0.1, 4)

# %% [markdown]
# Look at the last two lines. `resnet` does about six times the arithmetic of `efficientnet`, yet takes less than four
# times as long: many small steps keep a processor less busy than a few large ones. So **measure the time where you
# will use it**. FLOPs alone do not tell.
#
# **Try it.** Draw the picture with `cost="parameters"`, then with `cost="ms_64"`. Who moves?

# %% [markdown]
# ## 4 · Depth, with and without paths
#
# **Is deeper better?** Two networks with 32 layers, on the small digits. They have the same layers and start from
# the same weights. The only difference: `resnet` has paths around every two convolutions, `plain_deep` has none.

# %%
from course_lib import gradients

digits = splits.make(datasets.load("digits"), seed=0)
deep, reaching = {}, {}
for name in ["plain_deep:32", "resnet:32"]:
    network = models.build(name, digits.train)
    reaching[name] = gradients.by_layer(
        network, digits.train.images[:128], digits.train.labels[:128]
    )
    deep[name] = training.fit(network, digits.train, digits.val, epochs=3, batch_size=64)

axes = plots.depth(deep, reaching)

# %% [markdown]
# On the left the *loss*, how wrong the network is while it trains. The plain network learns far more slowly.
#
# On the right the reason. The *gradient* says how each weight should change. It starts at the head and travels
# back, layer by layer, to the image: read the picture from right to left. In the plain network every layer on the way
# multiplies it again, so it is out of proportion when it arrives: the first layers get many times what the
# last ones get, and no single learning rate suits both. With paths there is a **short way back**: the gradient goes
# around the layers, and all of them get about the same.


# %%
def unevenness(table):
    inner = table[table.kind == "Conv2d"].gradient[1:]  # the first one sees the image itself
    return inner.max() / inner.min()


expect(
    "largest over smallest gradient, plain", unevenness(reaching["plain_deep:32"]), 10, 1000
)
expect("largest over smallest gradient, with paths", unevenness(reaching["resnet:32"]), 1, 8)
plain, residual = (run.history.train_loss.iloc[-1] for run in deep.values())
expect("train loss, plain minus with paths", plain - residual, 0.4, 2.0)

# %% [markdown]
# **Try it.** Repeat the experiment with `plain_deep:8` and `resnet:8`. When there is little depth, paths matter little.

# %% [markdown]
# ## 5 · A backbone that somebody else paid for
#
# **What if you have only ten images of each class?** Then most weights cannot be learnt well. But ears, eyes and
# fur are not special to cats. A backbone that has learnt to tell *other* animals apart may know them already.
#
# The course has one: a `resnet` that learnt from thousands of drawings of 16 species, from fox to elephant. It has never
# seen a cat, a dog or a panda. The file `assets/backbone.md` is its *model card*: what it learnt from, how, and its limits.

# %%
ten_of_each = split.train.facts.groupby("species").head(10).index
few = split.train[ten_of_each]
print(few)

# %% [markdown]
# Four ways to use these 30 images:
#
# | way | backbone | trained |
# |---|---|---|
# | scratch | random | everything |
# | random features | random, frozen | the head |
# | linear probe | pretrained, frozen | the head |
# | fine-tune | pretrained | everything, gently |
#
# *Frozen* means that its weights stay as they are. A *linear probe* is a new head on a frozen backbone. *Fine-tuning*
# trains on from the pretrained weights, with a lower learning rate. We take the weights after the last epoch,
# `run.last`: with so few images, *val* is too small to choose an epoch by.

# %%
ways = {
    "scratch": (None, False, 4e-3),
    "random features": (None, True, 1e-1),
    "linear probe": ("course", True, 1e-2),
    "fine-tune": ("course", False, 1e-3),
}
transferred = {}
for way, (weights, frozen, lr) in ways.items():
    network = models.build("resnet", few, weights=weights)
    if frozen:
        network.freeze()
    run = training.fit(
        network, few, split.val[:30], epochs=40, lr=lr, batch_size=16, patience=40
    )
    network.load_state_dict(run.last)
    transferred[way] = evaluation.evaluate(network, split.test)

ax_transfer = plots.accuracies(transferred)

# %%
scores = {way: report.accuracy for way, report in transferred.items()}
probe, tuned = scores["linear probe"], scores["fine-tune"]
expect("accuracy, linear probe on ten images per class", probe, 0.70, 1.0)
expect("accuracy, fine-tuned on ten images per class", tuned, 0.62, 1.0)
expect("linear probe minus scratch", probe - scores["scratch"], 0.10, 0.60)
expect("linear probe minus random features", probe - scores["random features"], 0.20, 0.70)

# %% [markdown]
# Expect over 70 % for the linear probe, 10 to 60 points more than from scratch. It is no magic of freezing: random features,
# frozen just the same, stay 20 to 70 points behind.
#
# **Does it always help?** It learnt from drawings in the same style. On photos of street signs it would know little.
# And with more images of your own its lead melts: `make bench` repeats this at 5, 10, 30 and 100 images per class.
#
# **Try it.** Give the four ways 60 images of each class, `head(60)`. How far apart are they now?
#
# **With a network connection** torchvision has backbones that learnt from 1.3 million photos, *ImageNet*. One line,
# not run here, as it downloads 45 MB:
#
# ```python
# network = models.build("torchvision:resnet18", few, weights="imagenet").freeze()
# ```
#
# Images of 64×64 are small for it; it was made for 224×224.

# %% [markdown]
# ## 6 · Choose, and write it down
#
# **Which one for you?**
#
# | your goal | start with |
# |---|---|
# | first project | a pretrained ResNet: linear probe, then fine-tune |
# | tight resources (phone, no GPU) | EfficientNet-style, and measure the milliseconds on that device |
# | understanding | `small_cnn`, then `resnet`, side by side with their code |
# | comparing families | ResNet, EfficientNet, ConvNeXt: same data, same split, several seeds, cost beside accuracy |
#
# Leaderboards rank networks on other people's images. Your own images and your own milliseconds decide.
#
# **The best within a budget.** At most 60,000 parameters, at most 50 ms for an image, on this machine. The table is
# the one you measured; the most accurate comes first.

# %%
within = models.best_within(costs, parameters=60_000, milliseconds=50)
within

# %%
expect("networks of at most 60,000 parameters", (costs.table.parameters <= 60_000).sum(), 3, 3)

# %% [markdown]
# **Try it.** Halve the budget again and again, first of parameters, then of milliseconds. When does the winner change?
# When nothing fits, the error names the network that comes nearest.
#
# **Your practice output.** In your own words: what does the feature extractor do, what does the head, and what does a
# pretrained backbone save? Use the two figures, then run the cell: it puts your answer on your evidence card.

# %%
from course_lib import evidence

my_answer = ""  # between the quotes

card = evidence.practice(
    "evidence/critters", "architectures", my_answer, axes=[ax_cost, ax_transfer]
)
card

# %% [markdown]
# ## Summary
#
# - Every classifier is a feature extractor and a head; the two belong together.
# - Each architecture answers a bottleneck: depth, trainable depth, compute, wide views.
# - Paths give the gradient a short way back. That is why depth can be trained.
# - Accuracy without its cost is half an answer. Measure both on your data and your machine.
# - With few images, a pretrained backbone under a new head beats training from scratch.
#
# **Next:** in [04 · Training](04_training.ipynb) the network stays the same and the training changes.
