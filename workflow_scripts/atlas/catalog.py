"""Read the catalogue and a study, and refuse whatever could not run, before any job starts.

Light imports only: the Snakefile reads this module, and every cluster job reads the Snakefile.
"""

import functools
from pathlib import Path

import jsonschema
import yaml
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from atlas import plain, task_checks, variants
from atlas.claims import checks as claim_checks
from atlas.errors import AtlasError, closest
from atlas.task_checks import BASELINE

__all__ = ["BASELINE", "FILES", "check", "load"]
OPTIONAL = ("variants",)  # files that a catalogue may lack
FILES = ("models", "intermediate_tasks", "target_tasks", "languages", "distances")
# Keys of a model's entry that say contrary things of the same weights.
_APART = (
    ("embeddings", "rowwise", ("freeze", "lora", "parallel")),
    ("parallel", "fsdp", ("lora", "compile")),
)
WORKFLOW = Path(__file__).resolve().parents[2]


def load(folder=None):
    """Read and check the files of a catalogue folder.

    Returns
    -------
    dict : file name without ending -> {entry name: entry}; variants are completed from their tasks

    Raises
    ------
    AtlasError
        Naming file, entry and key, what was found and what is allowed.
    """
    folder = WORKFLOW / "catalog" if folder is None else Path(folder)
    catalog = {}
    for name in [*FILES, *(own for own in OPTIONAL if (folder / f"{own}.yaml").exists())]:
        entries = read_yaml(folder / f"{name}.yaml")
        for entry_name, entry in entries.items():
            _check_name(entry_name, name, f"{folder.name}/{name}.yaml")
            place = f"{folder.name}/{name}.yaml: {entry_name}"
            check(entry, f"catalog.schema.yaml#/$defs/{name}", place)
            _check_together(entry, place)
            if isinstance(entry.get("labels"), dict):
                entry["labels"] = _lines(Path(entry["labels"]["file"]), f"{place}.labels.file")
        catalog[name] = entries
    task_checks.check_tasks(catalog, folder.name)
    declared, tasks, languages = (
        catalog.get("variants", {}),
        catalog["intermediate_tasks"],
        catalog["languages"],
    )
    catalog["variants"] = variants.complete(declared, tasks, languages, f"{folder.name}/variants.yaml")
    catalog["claims"] = _claims(folder, catalog)
    return catalog


def _check_together(entry, place):
    for key, value, others in _APART:
        beside = [other for other in others if entry.get(key) == value and other in entry]
        if beside:
            raise AtlasError(f"{place}: `{key}: {value}` and `{beside[0]}` exclude each other. Remove one.")


def _claims(folder, catalog):
    """Published claims; a catalogue need not have any."""
    path = folder / "claims.yaml"
    claims = read_yaml(path) if path.exists() else {}
    for name, claim in claims.items():
        _check_name(name, "claims", path.name)
        place = f"{folder.name}/claims.yaml: {name}"
        check(claim, "claims.schema.yaml#/$defs/claim", place)
        claim_checks.check(claim, place)
        claim_checks.check_names(claim, catalog, place)
    return claims


def _lines(path, place):
    """Labels from a file of the user's own; none while it is not there, so that a study can be planned."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    except (OSError, UnicodeDecodeError) as error:
        raise AtlasError(f"{place}: {path} cannot be read as UTF-8 text: {error}.") from None
    return list(dict.fromkeys(line.strip() for line in lines if line.strip()))


def check(content, schema, place):
    """Check `content` against a schema of schemas/; `place` says where it was found.

    Raises
    ------
    AtlasError
        With the first fault, in words.
    """
    plain.check(content, place)
    validator = _Validator({"$ref": schema}, registry=_registry())
    fault = jsonschema.exceptions.best_match(validator.iter_errors(content))
    if fault is not None:
        raise AtlasError(_in_words(fault, place))


def read_yaml(path):
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _UniqueKeys)
    except FileNotFoundError:
        raise AtlasError(f"{path}: not there. A catalogue has the files {', '.join(FILES)}.") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise AtlasError(f"{path}: not valid YAML: {' '.join(str(error).split())[:500]}") from None
    if not isinstance(content, dict):
        raise AtlasError(f"{path}: found {type(content).__name__}, expected a map of name -> entry.")
    return content


def _is_whole(checker, value):
    return isinstance(value, int) and not isinstance(value, bool)


# JSON Schema takes 1.0 for a whole number; as a seed it would name another folder than 1.
_Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole),
)
# Ten times as fast as the one in Python, which not every installation of PyYAML goes beyond.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _UniqueKeys(_Loader):
    """YAML as always, but a key that is given twice is an error, not the silent end of the first."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1 and key != "<<":
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} is given twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


@functools.cache
def _registry():
    registry = Registry()
    for path in sorted((WORKFLOW / "schemas").glob("*.schema.yaml")):
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)
        del content["$schema"]  # it would take the place of our validator
        registry = registry.with_resource(path.name, DRAFT202012.create_resource(content))
    return registry


def _in_words(error, place):
    where = ".".join([place, *map(str, error.absolute_path)]).replace(": .", ": ")
    allowed = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
    if error.validator == "additionalProperties":
        unknown = next(key for key in error.instance if key not in allowed)
        return f"{where}: unknown key {unknown!r}. {closest(unknown, allowed)}"
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f"{where}: lacks {', '.join(missing)}. Found only: {', '.join(error.instance) or 'nothing'}."
    if error.validator == "type" and _is_number(error.instance):
        whole = error.instance if error.instance.isdecimal() else None
        fix = whole or f"{float(error.instance):.1e}"
        how = "without quotes" if whole else "with the dot"
        return f"{where}: {error.instance!r} is text for YAML, not a number. Write {fix} ({how})."
    if error.validator == "pattern":
        meant = error.schema.get("description", f"what fits {error.validator_value}")
        return f"{where}: found {_shown(error.instance)}. Allowed: {meant}."
    if error.validator == "enum":
        return f"{where}: {error.instance!r} is unknown. {closest(error.instance, error.validator_value)}"
    if error.validator == "oneOf":
        options = [option["required"][0] for option in error.validator_value]
        return f"{where}: needs exactly one of {', '.join(options)}; found {sorted(error.instance)}."
    return f"{where}: {_shorter(error.message)}."


def _shown(value):
    return _shorter(repr(value))


def _shorter(text):
    return text if len(text) <= 200 else f"{text[:197]}..."


def _is_number(value):
    if not isinstance(value, str):
        return False
    try:
        float(value)
    except ValueError:
        return False
    return True


def _check_name(name, file, place):
    kind = "code" if file == "languages" else "name"
    check(name, f"catalog.schema.yaml#/$defs/{kind}", f"{place} (names become folders)")
