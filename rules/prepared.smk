# Published rows -> common examples of a kind.


localrules:
    prepare_intermediate,
    prepare_target_train,
    prepare_target_test,


rule prepare_intermediate:
    input:
        rows="results/{study}/sources/datasets/{intermediate}/training/manifest.json",
    output:
        manifest="results/{study}/prepared/intermediate/{intermediate}/manifest.json",
    log:
        "results/{study}/logs/prepare_intermediate/{intermediate}.log",
    wildcard_constraints:
        intermediate=provenance.any_of(
            set([*STUDY.intermediate_tasks, *STUDY.components]) - set(specs.translated(STUDY))
        ),
    priority: 5
    conda:
        "../envs/data.yaml"
    params:
        spec=spec("prepare_intermediate"),
        code=code("prepare_intermediate"),
    shell:
        'python "$ATLAS_SCRIPTS/prepare_intermediate.py" --rows {input.rows:q} --manifest {output.manifest:q}'
        " --spec {params.spec:q} --code {params.code} --log {log:q}"


rule prepare_target_train:
    input:
        rows="results/{study}/sources/datasets/{target}/training/manifest.json",
    output:
        manifest="results/{study}/prepared/target/{target}/manifest.json",
    log:
        "results/{study}/logs/prepare_target_train/{target}.log",
    priority: 5
    conda:
        "../envs/data.yaml"
    params:
        spec=spec("prepare_target_train"),
        code=code("prepare_target_train"),
    shell:
        'python "$ATLAS_SCRIPTS/prepare_target_train.py" --rows {input.rows:q} --manifest {output.manifest:q}'
        " --spec {params.spec:q} --code {params.code} --log {log:q}"


rule prepare_target_test:
    input:
        rows="results/{study}/sources/datasets/{target}/test/manifest.json",
    output:
        manifest="results/{study}/prepared/target/{target}/test/manifest.json",
    log:
        "results/{study}/logs/prepare_target_test/{target}.log",
    priority: 5
    conda:
        "../envs/data.yaml"
    params:
        spec=spec("prepare_target_test"),
        code=code("prepare_target_test"),
    shell:
        'python "$ATLAS_SCRIPTS/prepare_target_test.py" --rows {input.rows:q} --manifest {output.manifest:q}'
        " --spec {params.spec:q} --code {params.code} --log {log:q}"
