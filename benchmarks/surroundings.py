"""The same surroundings for every library: one thread a process, kernels of its own choice."""

import os

ONE = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS",
       "RAYON_NUM_THREADS", "TORCHINDUCTOR_COMPILE_THREADS")
CHOSEN = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "MKL_ENABLE_INSTRUCTIONS", "ATEN_CPU_CAPABILITY",
          "ONEDNN_MAX_CPU_ISA")  # with these a user overrules what a library picks


def settle() -> None:
    """Set the environment; NumPy and the others read it when they are imported, not later."""
    os.environ.update(dict.fromkeys(ONE, "1"))
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ.update({"JAX_ENABLE_X64": "1", "JAX_PLATFORMS": "cpu"})
    for name in CHOSEN:
        os.environ.pop(name, None)
