#!/bin/bash
# Make the release weights anew, with their scores and their page: what docs/weights.md lists, in one go.
# What is there already is kept, so that it goes on after an interruption.
#
#   ONESUN   the command            ONESUN=.venv/bin/onesun resources/weights/make.sh
#   DATA     where data and the networks that are only scored go; 1 GB
#   PAIRS    which pairs
set -euo pipefail
ONESUN=${ONESUN:-onesun} DATA=${DATA:-data/release} PAIRS=${PAIRS:-mdi-hmi gong-hmi}
WEIGHTS=resources/weights
# Each training uses one core: two at a time are faster than one on two.
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

mkdir -p "$DATA"
[ -e "$DATA/sample.json" ] || "$ONESUN" sample fetch --out "$DATA/sample"
[ -e "$DATA/regions.json" ] || "$ONESUN" sample fetch --regions --out "$DATA/regions"
months=$(ls "$DATA/sample" | sed -n 's/.*M_720s\.\(....\)\(..\).*/\1-\2/p')

make_pair() {
  local pair=$1 month
  [ -e "$DATA/$pair.json" ] || "$ONESUN" release simulate --pair "$pair" \
    --frames "$DATA/sample.json" --regions "$DATA/regions.json" --out "$DATA/$pair"
  for month in $months; do
    [ -e "$DATA/folds/$month/$pair.card.json" ] || "$ONESUN" release train --pair "$pair" \
      --realisations "$DATA/$pair.json" --leave-out "$month" --out "$DATA/folds/$month"
  done
  [ -e "$DATA/folds/all/$pair.card.json" ] || "$ONESUN" release train --pair "$pair" \
    --realisations "$DATA/$pair.json" --out "$DATA/folds/all"
  "$ONESUN" release score --pair "$pair" --realisations "$DATA/$pair.json" \
    --folds "$DATA/folds" --out "$DATA/folds/all/$pair.scores.json"
}

waiting=()
for pair in $PAIRS; do
  make_pair "$pair" & waiting+=($!)
done
for one in "${waiting[@]}"; do wait "$one"; done
for pair in $PAIRS; do
  cp "$DATA/folds/all/$pair".{safetensors,card.json,scores.json} "$WEIGHTS/"
done
"$ONESUN" release page --weights "$WEIGHTS" --out docs/weights.md
