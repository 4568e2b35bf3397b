# Predictions. One job per checkpoint and target: the model is loaded once for all languages, and the
# per-language files are found by key, so only what is missing is predicted.


rule predict:
    input:
        checkpoint=checkpoint_for,
        examples="results/{study}/prepared/target/{target}/test/manifest.json",
    output:
        manifest="results/{study}/predictions/{model}/{intermediate}/{target}/seed-{seed}/manifest.json",
    log:
        "results/{study}/logs/predict/{model}/{intermediate}/{target}/seed-{seed}.log",
    priority: in_order(10)  # a cell is finished before another is begun
    conda:
        "../envs/train.yaml"
    threads: 1
    resources:
        gpu=of_model("gpus", 0),
        mem_mb=of_model("mem_mb", 4000),
        runtime=of_model("runtime", 240),
    params:
        spec=spec("predict"),
        code=code("predict"),
        repairs=repairs(
            "results/{study}/predictions/{model}/{intermediate}/{target}/seed-{seed}/manifest.json"
        ),
    shell:
        'OMP_NUM_THREADS={threads} ATLAS_GPUS={resources.gpu} python "$ATLAS_SCRIPTS/predict.py"'
        " --checkpoint {input.checkpoint:q} --examples {input.examples:q} --manifest {output.manifest:q}"
        " --spec {params.spec:q} --code {params.code} --log {log:q}"
