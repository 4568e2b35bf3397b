# Input functions: which files a job reads, where that hangs on the study.

SCORES = "scores/{model}/{intermediate}/{target}/seed-{seed}.json"


def own_files(wildcards):
    """Files of the user's own that a fetch reads, so that an edit of them is seen."""
    return specs.own_files(STUDY, **_cell(wildcards))


def starting_encoder(wildcards):
    """Encoder that a target training starts from; the baseline starts from the pretrained one."""
    if wildcards.intermediate == studies.BASELINE:
        return "results/{study}/sources/models/{model}/manifest.json"
    return "results/{study}/checkpoints/intermediate/{model}/{intermediate}/seed-{seed}/manifest.json"


def checkpoint_for(wildcards):
    """Checkpoint that predicts a target: its own, or for retrieval the encoder as it stands."""
    if STUDY.target_tasks[wildcards.target]["kind"] in UNTRAINED:
        return starting_encoder(wildcards)
    return "results/{study}/checkpoints/target/{model}/{intermediate}/{target}/seed-{seed}/manifest.json"


def english_of(wildcards):
    """Prepared English examples of the task that a variant translates."""
    (task,) = STUDY.task("intermediate_tasks", wildcards.intermediate)["tasks"]
    return f"results/{STUDY.name}/prepared/intermediate/{task}/manifest.json"


def english_as_fetched(wildcards):
    """English tables beside which fetched translations stand; none for those that a model makes."""
    entry = STUDY.task("intermediate_tasks", wildcards.intermediate)
    path = f"results/{STUDY.name}/sources/datasets/{entry['tasks'][0]}/training/manifest.json"
    return [path] if "source" in entry["translated"] else []


def translations_of(wildcards):
    """Fetched translations of a variant, or one table that a model makes for each language."""
    how = STUDY.task("intermediate_tasks", wildcards.intermediate)["translated"]
    if "source" in how:
        return ["results/{study}/sources/datasets/{intermediate}/training/manifest.json"]
    path = "results/{{study}}/prepared/translated/{{intermediate}}/{language}/manifest.json"
    return expand(path, language=how["languages"])


def translator_of(wildcards):
    """Translation model of a variant's language."""
    entry = STUDY.task("intermediate_tasks", wildcards.intermediate)
    folder = specs.translator_of(entry, wildcards.language)
    return f"results/{STUDY.name}/sources/translators/{folder}/manifest.json"


def intermediate_examples(wildcards):
    """Prepared examples of the task, or of all tasks that are trained together."""
    entry = STUDY.task("intermediate_tasks", wildcards.intermediate)
    path = "results/{{study}}/prepared/intermediate/{task}/manifest.json"
    return expand(path, task=variants.learned(wildcards.intermediate, entry))


def intermediate_text(wildcards):
    """Prepared text for masked language modelling, where the training has it."""
    entry = STUDY.task("intermediate_tasks", wildcards.intermediate)
    return ["results/{study}/prepared/text/{intermediate}/manifest.json"] if variants.text_of(entry) else []


def all_scores(wildcards):
    """Score files of the grid."""
    return _there(SCORES, STUDY.cells())


def parallel_predictions(wildcards):
    """Predictions of the targets whose tests are translations of each other."""
    path = "predictions/{model}/{intermediate}/{target}/seed-{seed}/manifest.json"
    return _there(path, STUDY.cells(STUDY.parallel_targets))


def all_models(wildcards):
    """Manifests of the pretrained models, which know the numbers of parameters."""
    return _there("sources/models/{model}/manifest.json", [{"model": model} for model in STUDY.models])


def all_test_sets(wildcards):
    """Manifests of the targets' prepared test examples."""
    cells = [{"target": target} for target in STUDY.target_tasks]
    return _there("prepared/target/{target}/test/manifest.json", cells)


def claimed_data(wildcards):
    """Manifests of the data that a published claim is about, as published and prepared."""
    tasks = [{"task": task} for task in specs.claimed_tasks(STUDY)]
    published = _there("sources/datasets/{task}/training/manifest.json", tasks)
    return published + _there("prepared/intermediate/{task}/manifest.json", tasks)


def scores_from(wildcards):
    """Score files of all that starts from an intermediate checkpoint."""
    path = "results/{{study}}/scores/{{model}}/{{intermediate}}/{target}/seed-{{seed}}.json"
    return expand(path, target=STUDY.target_tasks)


def unkept_weights(wildcards):
    """Notes of the checkpoints that the study does not keep."""
    cells = [cell for cell in STUDY.cells() if _there(SCORES, [cell])]
    return [f"{RESULTS}/checkpoints/{folder}/dropped.json" for folder in lifecycle.unkept(STUDY, cells)]


def _there(pattern, cells):
    """One path for each cell that is run, or is there already; none of imported scores."""
    paths = {f"results/{STUDY.name}/{pattern.format(**cell)}": cell for cell in cells if not STUDY.imported}
    return [path for path, cell in paths.items() if _is_run(cell) or os.path.exists(path)]


def _is_run(cell):
    """Whether the run makes a cell: nothing of a partial study, of others what the budget buys."""
    if STUDY.budget is None or STUDY.partial:
        return not STUDY.partial
    # A job on a cluster has only what is there before it, whatever a new estimate would buy.
    return workflow.is_main_process and budget().buys(cell)
