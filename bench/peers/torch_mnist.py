"""The chapter's network in PyTorch: seconds per epoch of a plain training loop, as one JSON line.

Usage: python torch_mnist.py FOLDER_OF_IDX_FILES EPOCHS THREADS
"""

import json
import os
import sys
import time

import numpy as np
import torch
from torch import nn

folder, epochs, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)


def read(name, offset):
    return np.fromfile(os.path.join(folder, name), dtype=np.uint8)[offset:]


x = torch.from_numpy(read("train-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28).astype("float32") / 255)
x = x.contiguous(memory_format=torch.channels_last)
y = torch.from_numpy(read("train-labels-idx1-ubyte", 8).astype("int64"))
net = nn.Sequential(
    nn.Conv2d(1, 32, 3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(32, 64, 3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(64, 64, 3),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(576, 64),
    nn.ReLU(),
    nn.Linear(64, 10),
).to(memory_format=torch.channels_last)
optimizer = torch.optim.RMSprop(net.parameters(), lr=1e-3, alpha=0.9, eps=1e-7)
loss_of = nn.CrossEntropyLoss()
seconds = []
for _ in range(epochs):
    start = time.perf_counter()
    order = torch.randperm(len(x))
    for begin in range(0, len(x), 64):
        chosen = order[begin : begin + 64]
        optimizer.zero_grad(set_to_none=True)
        loss_of(net(x[chosen]), y[chosen]).backward()
        optimizer.step()
    seconds.append(time.perf_counter() - start)
print(json.dumps({"system": f"PyTorch {torch.__version__.split('+')[0]}", "secondsPerEpoch": seconds}))
