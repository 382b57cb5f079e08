/** @file The list of callbacks, one line each. */

export { backupAndRestore } from './backup-and-restore.ts';
export { Callback } from './callback.ts';
export { csvLogger } from './csv-logger.ts';
export { earlyStopping } from './early-stopping.ts';
export { History } from './history.ts';
export { lambdaCallback } from './lambda-callback.ts';
export { learningRateScheduler } from './learning-rate-scheduler.ts';
export { modelCheckpoint } from './model-checkpoint.ts';
export { progbarLogger } from './progbar-logger.ts';
export { reduceLROnPlateau } from './reduce-lr-on-plateau.ts';
export { remoteMonitor } from './remote-monitor.ts';
export { swapEMAWeights } from './swap-ema-weights.ts';
export { tensorBoard } from './tensor-board.ts';
export { terminateOnNaN } from './terminate-on-nan.ts';
