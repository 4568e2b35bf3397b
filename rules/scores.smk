# Predictions -> points.


localrules:
    score,
    collect_scores,
    import_scores,


rule score:
    input:
        predictions="results/{study}/predictions/{model}/{intermediate}/{target}/seed-{seed}/manifest.json",
    output:
        scores="results/{study}/scores/{model}/{intermediate}/{target}/seed-{seed}.json",
        examples="results/{study}/scores/{model}/{intermediate}/{target}/seed-{seed}.examples.parquet",
    log:
        "results/{study}/logs/score/{model}/{intermediate}/{target}/seed-{seed}.log",
    priority: 20
    conda:
        "../envs/analysis.yaml"
    params:
        spec=spec("score"),
        code=code("score"),
    shell:
        'python "$ATLAS_SCRIPTS/score.py" --predictions {input.predictions:q} --scores {output.scores:q}'
        " --examples {output.examples:q} --spec {params.spec:q} --code {params.code} --log {log:q}"


rule collect_scores:
    input:
        scores=all_scores,
        models=all_models,
    output:
        table="results/{study}/scores.parquet",
    log:
        "results/{study}/logs/collect_scores.log",
    wildcard_constraints:
        study=provenance.any_of([] if STUDY.imported else [STUDY.name]),
    conda:
        "../envs/analysis.yaml"
    params:
        spec=spec("collect_scores"),
        code=code("collect_scores"),
    shell:
        # The folder, not thousands of paths: a command line has room for 128 kB.
        'python "$ATLAS_SCRIPTS/collect_scores.py" --folder results/{wildcards.study} --table {output.table:q}'
        " --spec {params.spec:q} --code {params.code} --log {log:q}"


rule import_scores:
    input:
        source=own_files,
    output:
        table="results/{study}/scores.parquet",
    log:
        "results/{study}/logs/import_scores.log",
    wildcard_constraints:
        study=provenance.any_of([STUDY.name] if STUDY.imported else []),
    conda:
        "../envs/analysis.yaml"
    params:
        spec=spec("import_scores"),
        code=code("import_scores"),
    shell:
        'python "$ATLAS_SCRIPTS/import_scores.py" --source {input.source:q} --table {output.table:q}'
        " --spec {params.spec:q} --code {params.code} --log {log:q}"
