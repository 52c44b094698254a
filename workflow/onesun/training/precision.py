"""Which arithmetic a network is trained in."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch


def resolve(precision: str, device: torch.device) -> torch.dtype:
    """The type of ``training.precision`` on a device.

    ``auto`` is bfloat16 where the hardware multiplies it: CUDA from Ampere on, and CPUs with
    AVX512-BF16 or AMX, where a step of the default network takes half the time of float32
    (benchmarks/training.py). Weights, optimiser and loss are float32 either way, and so is all of
    inference.
    """
    if precision == "auto":
        return torch.bfloat16 if _has_bfloat16(device) else torch.float32
    return {"float32": torch.float32, "bfloat16": torch.bfloat16}[precision]


def casting(dtype: torch.dtype, device: torch.device) -> AbstractContextManager[object]:
    """Context in which a network's layers run in ``dtype``."""
    if dtype == torch.float32:
        return nullcontext()
    return torch.autocast(device.type, dtype)


def _has_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16"))
