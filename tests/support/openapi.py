"""Twilio's own OpenAPI files: every operation, parameter, property and example response.

They come from the npm package `@twilio/cli-core`, checked against a pinned digest and kept in
`.cache/openapi`. A product is named as its file is, without `twilio_`: `api_v2010`, `verify_v2`.
"""

import base64
import functools
import hashlib
import json
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from tests.support import node

PACKAGE = "@twilio/cli-core@9.0.0"
SHA512 = "FPHm5gXAUwM2oATmQi3AGYPFz4Urg5G5/vDkpUu5WqNuwueQaS93HwXjdX1OM+miuq0LMimdfbXDTLEp4Nsjfg=="

_FOLDER_IN_PACKAGE = PurePosixPath("package/src/services/twilio-api")
_METHODS = ("get", "post", "put", "patch", "delete")


class OpenApiMissing(RuntimeError):
    """Twilio's OpenAPI files are not here and could not be fetched, or lack what was asked."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of a product, as Twilio declares it."""

    product: str
    operation_id: str  # "CreateMessage"
    method: str  # "POST"
    path: str  # "/2010-04-01/Accounts/{AccountSid}/Messages.json"
    definition: dict[str, Any]  # the OpenAPI object itself
    item: dict[str, Any]  # the path item it stands in: description, servers, x-twilio

    @property
    def form(self) -> dict[str, dict[str, Any]]:
        """The schema of each form parameter, by name."""
        return dict(self._form_schema().get("properties", {}))

    @property
    def required_form(self) -> set[str]:
        """The names of the form parameters that Twilio requires."""
        return set(self._form_schema().get("required", ()))

    @property
    def query(self) -> dict[str, dict[str, Any]]:
        """The schema of each query parameter, by name."""
        declared = self.definition.get("parameters", ())
        return {each["name"]: each["schema"] for each in declared if each["in"] == "query"}

    @property
    def json_body(self) -> bool:
        """Whether its parameters are a JSON object."""
        return "application/json" in self.definition.get("requestBody", {}).get("content", {})

    def _form_schema(self) -> dict[str, Any]:
        content = self.definition.get("requestBody", {}).get("content", {})
        schema: dict[str, Any] = next((kind["schema"] for kind in content.values()), {})
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            schema = official(self.product)["components"]["schemas"][name]
        return schema


def official(product: str) -> dict[str, Any]:
    """The OpenAPI document of a product, fetched first if it is not here.

    Treat it as read-only: every caller gets the same object.
    """
    return _load(product.removeprefix("twilio_").removesuffix(".json"))


def products() -> list[str]:
    """The products that have a document."""
    return sorted(path.stem.removeprefix("twilio_") for path in fetch().glob("twilio_*.json"))


def operations(product: str) -> Iterator[Operation]:
    """Every operation of a product, in the order of its document."""
    for path, item in official(product)["paths"].items():
        for method in _METHODS:
            if method in item:
                yield Operation(
                    product=product,
                    operation_id=item[method]["operationId"],
                    method=method.upper(),
                    path=path,
                    definition=item[method],
                    item=item,
                )


def operation(product: str, operation_id: str) -> Operation:
    """The operation with this `operationId`, such as `CreateMessage`."""
    for each in operations(product):
        if each.operation_id == operation_id:
            return each
    raise OpenApiMissing(f"{product} has no operation {operation_id}")


def examples(product: str, operation_id: str, status: int) -> list[dict[str, Any]]:
    """The example bodies of an operation's response with this HTTP status; often there are none."""
    response = operation(product, operation_id).definition["responses"].get(str(status), {})
    named = response.get("content", {}).get("application/json", {}).get("examples", {})
    return [example["value"] for example in named.values() if "value" in example]


def schema_properties(product: str, schema_name: str) -> dict[str, dict[str, Any]]:
    """The declared properties of a schema such as `api.v2010.account.message`, by name."""
    schemas = official(product)["components"]["schemas"]
    if schema_name not in schemas:
        raise OpenApiMissing(f"{product} has no schema {schema_name}")
    properties: dict[str, dict[str, Any]] = schemas[schema_name].get("properties", {})
    return properties


def fetch() -> Path:
    """The folder of the documents, filled first if need be."""
    folder = node.CACHE / "openapi"
    mark = folder / ".sha512"
    if mark.is_file() and mark.read_text() == SHA512:
        return folder
    with node.exclusive("openapi"), tempfile.TemporaryDirectory(dir=node.CACHE) as place:
        if mark.is_file() and mark.read_text() == SHA512:
            return folder
        archive = _download(Path(place))
        for old in folder.glob("*.json"):
            old.unlink()
        with tarfile.open(archive) as package:
            for member in package:
                name = PurePosixPath(member.name)
                source = package.extractfile(member)
                if source and name.parent == _FOLDER_IN_PACKAGE and name.suffix == ".json":
                    with (folder / name.name).open("wb") as target:
                        shutil.copyfileobj(source, target)
        mark.write_text(SHA512)
    return folder


@functools.cache
def _load(product: str) -> dict[str, Any]:
    path = fetch() / f"twilio_{product}.json"
    if not path.is_file():
        raise OpenApiMissing(f"{PACKAGE} has no document for {product!r}; it has {products()}")
    document: dict[str, Any] = json.loads(path.read_bytes())
    return document


def _download(place: Path) -> Path:
    try:
        node.npm("pack", PACKAGE, "--pack-destination", str(place), cwd=place)
    except node.NodeToolsMissing as missing:
        raise OpenApiMissing(f"Twilio's OpenAPI files could not be fetched: {missing}") from missing
    archive = next(place.glob("*.tgz"))
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != SHA512:
        raise OpenApiMissing(f"{PACKAGE} is not what it was: its SHA-512 is {digest}, not {SHA512}")
    return archive


if __name__ == "__main__":
    try:
        fetch()
    except (OpenApiMissing, node.NodeToolsMissing) as problem:
        sys.exit(str(problem))
