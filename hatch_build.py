"""Builds the package (`pip install .`, `uv build`): its requirements from requirements/*.in, its stubs from proto/."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


def requirements(file: Path) -> list[str]:
    """Without comments and without what is included from other files."""
    lines = [re.sub(r"\s*#.*", "", line).strip() for line in file.read_text().splitlines()]
    return [line for line in lines if line and not line.startswith("-r ")]


class Requirements(MetadataHookInterface):
    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        directory = Path(self.root, "requirements")
        metadata["dependencies"] = requirements(directory / "statistics.in")
        metadata["optional-dependencies"] = {"server": requirements(directory / "run.in")}


class Stubs(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        from grpc_tools import protoc  # only a wheel needs it

        proto, target = Path(self.root, "proto"), Path(mkdtemp(prefix="ieum-stubs-"))
        sources = [str(path) for path in sorted((proto / "ieum").rglob("*.proto"))]
        ours = [f"-I{proto}", f"-I{files('grpc_tools') / '_proto'}"]
        outputs = [f"--python_out={target}", f"--grpc_python_out={target}"]
        if protoc.main(["protoc", *ours, *outputs, *sources]):
            raise RuntimeError("the stubs could not be made from proto/")
        build_data["force_include"][str(target / "ieum")] = "ieum"
