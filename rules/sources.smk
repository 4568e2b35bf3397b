# Published data and pretrained weights. The fetch rules alone use the network.


localrules:
    fetch_model,
    fetch_dataset,


rule fetch_model:
    input:
        own_files,
    output:
        manifest="results/{study}/sources/models/{model}/manifest.json",
    log:
        "results/{study}/logs/fetch_model/{model}.log",
    wildcard_constraints:
        model=provenance.any_of(STUDY.fetched_models),
    priority: 5
    conda:
        "../envs/train.yaml"
    resources:
        downloads=1,
    params:
        spec=spec("fetch_model"),
        code=code("fetch_model"),
    shell:
        'python "$ATLAS_SCRIPTS/fetch_model.py" --manifest {output.manifest:q}'
        " --spec {params.spec:q} --code {params.code} --log {log:q}"


rule fetch_dataset:
    input:
        own_files,
    output:
        manifest="results/{study}/sources/datasets/{task}/{part}/manifest.json",
    log:
        "results/{study}/logs/fetch_dataset/{task}/{part}.log",
    priority: 100  # a missing file is named before any training
    conda:
        "../envs/data.yaml"
    resources:
        downloads=1,
    params:
        spec=spec("fetch_dataset"),
        code=code("fetch_dataset"),
    shell:
        'python "$ATLAS_SCRIPTS/fetch_dataset.py" --manifest {output.manifest:q}'
        " --spec {params.spec:q} --code {params.code} --log {log:q}"


rule pretrain_model:
    input:
        text=own_files,
    output:
        manifest="results/{study}/sources/models/{model}/manifest.json",
    log:
        "results/{study}/logs/pretrain_model/{model}.log",
    wildcard_constraints:
        model=provenance.any_of(STUDY.pretrained_models),
    priority: 50  # the longest jobs of a study that pretrains, and everything waits for them
    conda:
        "../envs/train.yaml"
    threads: 1
    resources:
        gpu=of_model("gpus", 0),
        mem_mb=of_model("mem_mb", 4000),
        runtime=of_model("runtime", 240),
    params:
        spec=spec("pretrain_model"),
        code=code("pretrain_model"),
    shell:
        'OMP_NUM_THREADS={threads} python "$ATLAS_SCRIPTS/pretrain_model.py" --text {input.text:q}'
        " --manifest {output.manifest:q} --spec {params.spec:q} --code {params.code} --log {log:q}"
