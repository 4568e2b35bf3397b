# Variants of intermediate tasks: translated examples, and text for masked language modelling.


localrules:
    fetch_translator,
    prepare_text,
    prepare_translated,


rule fetch_translator:
    input:
        own_files,
    output:
        manifest="results/{study}/sources/translators/{translator}/manifest.json",
    log:
        "results/{study}/logs/fetch_translator/{translator}.log",
    wildcard_constraints:
        translator=provenance.any_of(specs.translators(STUDY)),
    priority: 5
    conda:
        "../envs/train.yaml"
    resources:
        downloads=1,
    params:
        spec=spec("fetch_translator"),
        code=code("fetch_translator"),
    shell:
        'python "$ATLAS_SCRIPTS/fetch_translator.py" --manifest {output.manifest:q}'
        " --spec {params.spec:q} --code {params.code} --log {log:q}"


rule translate_rows:
    input:
        english=english_of,
        translator=translator_of,
    output:
        manifest="results/{study}/prepared/translated/{intermediate}/{language}/manifest.json",
    log:
        "results/{study}/logs/translate_rows/{intermediate}/{language}.log",
    wildcard_constraints:
        language="[a-z]{3}",
    priority: 5
    conda:
        "../envs/train.yaml"
    threads: 1
    resources:
        gpu=of_translation("gpus", 0),
        mem_mb=of_translation("mem_mb", 8000),
        runtime=of_translation("runtime", 720),
    params:
        spec=spec("translate_rows"),
        code=code("translate_rows"),
    shell:
        'OMP_NUM_THREADS={threads} python "$ATLAS_SCRIPTS/translate_rows.py" --english {input.english:q}'
        " --translator {input.translator:q} --manifest {output.manifest:q}"
        " --spec {params.spec:q} --code {params.code} --log {log:q}"


rule prepare_translated:
    input:
        english=english_of,
        published=english_as_fetched,
        translations=translations_of,
    output:
        manifest="results/{study}/prepared/intermediate/{intermediate}/manifest.json",
    log:
        "results/{study}/logs/prepare_translated/{intermediate}.log",
    wildcard_constraints:
        intermediate=provenance.any_of(specs.translated(STUDY)),
    priority: 5
    conda:
        "../envs/data.yaml"
    params:
        spec=spec("prepare_translated"),
        code=code("prepare_translated"),
    shell:
        'python "$ATLAS_SCRIPTS/prepare_translated.py" --english {input.english:q}'
        " --published {input.published:q} --translations {input.translations:q} --manifest {output.manifest:q}"
        " --spec {params.spec:q} --code {params.code} --log {log:q}"


rule prepare_text:
    input:
        rows="results/{study}/sources/datasets/{intermediate}/text/manifest.json",
    output:
        manifest="results/{study}/prepared/text/{intermediate}/manifest.json",
    log:
        "results/{study}/logs/prepare_text/{intermediate}.log",
    priority: 5
    conda:
        "../envs/data.yaml"
    params:
        spec=spec("prepare_text"),
        code=code("prepare_text"),
    shell:
        'python "$ATLAS_SCRIPTS/prepare_text.py" --rows {input.rows:q} --manifest {output.manifest:q}'
        " --spec {params.spec:q} --code {params.code} --log {log:q}"
