# Trainings. One job per checkpoint; jobs depend on manifests, never on weights.


rule train_intermediate:
    input:
        encoder="results/{study}/sources/models/{model}/manifest.json",
        examples=intermediate_examples,
        text=intermediate_text,
    output:
        manifest="results/{study}/checkpoints/intermediate/{model}/{intermediate}/seed-{seed}/manifest.json",
    log:
        "results/{study}/logs/train_intermediate/{model}/{intermediate}/seed-{seed}.log",
    priority: in_order(0)
    conda:
        "../envs/train.yaml"
    threads: 1
    resources:
        gpu=of_model("gpus", 0),
        mem_mb=of_model("mem_mb", 4000),
        runtime=of_model("runtime", 240),
    params:
        spec=spec("train_intermediate"),
        code=code("train_intermediate"),
    shell:
        'OMP_NUM_THREADS={threads} ATLAS_GPUS={resources.gpu} python "$ATLAS_SCRIPTS/train_intermediate.py"'
        " --encoder {input.encoder:q} --examples {input.examples:q} --text {input.text:q}"
        " --manifest {output.manifest:q}"
        " --spec {params.spec:q} --code {params.code} --log {log:q}"


rule train_target:
    input:
        encoder=starting_encoder,
        examples="results/{study}/prepared/target/{target}/manifest.json",
    output:
        manifest="results/{study}/checkpoints/target/{model}/{intermediate}/{target}/seed-{seed}/manifest.json",
    log:
        "results/{study}/logs/train_target/{model}/{intermediate}/{target}/seed-{seed}.log",
    priority: in_order(0)
    conda:
        "../envs/train.yaml"
    threads: 1
    resources:
        gpu=of_model("gpus", 0),
        mem_mb=of_model("mem_mb", 4000),
        runtime=of_model("runtime", 240),
    params:
        spec=spec("train_target"),
        code=code("train_target"),
    shell:
        'OMP_NUM_THREADS={threads} ATLAS_GPUS={resources.gpu} python "$ATLAS_SCRIPTS/train_target.py"'
        " --encoder {input.encoder:q} --examples {input.examples:q} --manifest {output.manifest:q}"
        " --spec {params.spec:q} --code {params.code} --log {log:q}"
