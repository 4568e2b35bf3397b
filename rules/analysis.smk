# Scores -> deltas; languages -> distances; both -> correlations.


localrules:
    compute_deltas,
    measure_distances,
    measure_reliability,
    measure_robustness,
    measure_consistency,
    correlate,
    measure_covariates,
    fit_scaling,


rule measure_distances:
    output:
        distances="results/{study}/distances.parquet",
    log:
        "results/{study}/logs/measure_distances.log",
    priority: 100  # needs nothing, so an unknown language fails before any training
    conda:
        "../envs/analysis.yaml"
    params:
        spec=spec("measure_distances"),
        code=code("measure_distances"),
    shell:
        'python "$ATLAS_SCRIPTS/measure_distances.py" --distances {output.distances:q}'
        " --spec {params.spec:q} --code {params.code} --log {log:q}"


rule compute_deltas:
    input:
        scores="results/{study}/scores.parquet",
    output:
        deltas="results/{study}/deltas.parquet",
    log:
        "results/{study}/logs/compute_deltas.log",
    conda:
        "../envs/analysis.yaml"
    params:
        spec=spec("compute_deltas"),
        code=code("compute_deltas"),
    shell:
        'python "$ATLAS_SCRIPTS/compute_deltas.py" --scores {input.scores:q} --deltas {output.deltas:q}'
        " --folder results/{wildcards.study} --spec {params.spec:q} --code {params.code} --log {log:q}"


rule measure_reliability:
    input:
        scores="results/{study}/scores.parquet",
        deltas="results/{study}/deltas.parquet",
    output:
        reliability="results/{study}/reliability.parquet",
    log:
        "results/{study}/logs/measure_reliability.log",
    conda:
        "../envs/analysis.yaml"
    params:
        spec=spec("measure_reliability"),
        code=code("measure_reliability"),
    shell:
        'python "$ATLAS_SCRIPTS/measure_reliability.py" --scores {input.scores:q} --deltas {input.deltas:q}'
        " --reliability {output.reliability:q} --spec {params.spec:q} --code {params.code} --log {log:q}"


rule measure_robustness:
    input:
        scores="results/{study}/scores.parquet",
        deltas="results/{study}/deltas.parquet",
    output:
        robustness="results/{study}/robustness.parquet",
    log:
        "results/{study}/logs/measure_robustness.log",
    conda:
        "../envs/analysis.yaml"
    params:
        spec=spec("measure_robustness"),
        code=code("measure_robustness"),
    shell:
        'python "$ATLAS_SCRIPTS/measure_robustness.py" --scores {input.scores:q} --deltas {input.deltas:q}'
        " --robustness {output.robustness:q} --spec {params.spec:q} --code {params.code} --log {log:q}"


rule measure_consistency:
    input:
        predictions=parallel_predictions,
    output:
        consistency="results/{study}/consistency.parquet",
    log:
        "results/{study}/logs/measure_consistency.log",
    conda:
        "../envs/analysis.yaml"
    params:
        spec=spec("measure_consistency"),
        code=code("measure_consistency"),
    shell:
        'python "$ATLAS_SCRIPTS/measure_consistency.py" --folder results/{wildcards.study}'
        " --consistency {output.consistency:q} --spec {params.spec:q} --code {params.code} --log {log:q}"


rule measure_covariates:
    input:
        tests=all_test_sets,
        models=all_models,
    output:
        covariates="results/{study}/covariates.parquet",
    log:
        "results/{study}/logs/measure_covariates.log",
    conda:
        "../envs/train.yaml"
    params:
        spec=spec("measure_covariates"),
        code=code("measure_covariates"),
    shell:
        'python "$ATLAS_SCRIPTS/measure_covariates.py" --tests {input.tests:q} --models {input.models:q}'
        " --covariates {output.covariates:q}"
        " --spec {params.spec:q} --code {params.code} --log {log:q}"


rule correlate:
    input:
        scores="results/{study}/scores.parquet",
        deltas="results/{study}/deltas.parquet",
        distances="results/{study}/distances.parquet",
        covariates="results/{study}/covariates.parquet",
        reliability="results/{study}/reliability.parquet",
    output:
        correlations="results/{study}/correlations.parquet",
    log:
        "results/{study}/logs/correlate.log",
    conda:
        "../envs/analysis.yaml"
    params:
        spec=spec("correlate"),
        code=code("correlate"),
    shell:
        'python "$ATLAS_SCRIPTS/correlate.py" --scores {input.scores:q} --deltas {input.deltas:q}'
        " --distances {input.distances:q} --covariates {input.covariates:q}"
        " --reliability {input.reliability:q} --correlations {output.correlations:q}"
        " --spec {params.spec:q} --code {params.code} --log {log:q}"


rule fit_scaling:
    input:
        scores="results/{study}/scores.parquet",
        deltas="results/{study}/deltas.parquet",
        distances="results/{study}/distances.parquet",
        covariates="results/{study}/covariates.parquet",
    output:
        scaling="results/{study}/scaling.parquet",
        influence="results/{study}/influence.parquet",
    log:
        "results/{study}/logs/fit_scaling.log",
    conda:
        "../envs/analysis.yaml"
    params:
        spec=spec("fit_scaling"),
        code=code("fit_scaling"),
    shell:
        'python "$ATLAS_SCRIPTS/fit_scaling.py" --scores {input.scores:q} --deltas {input.deltas:q}'
        " --distances {input.distances:q} --covariates {input.covariates:q} --scaling {output.scaling:q}"
        " --influence {output.influence:q} --spec {params.spec:q} --code {params.code} --log {log:q}"
