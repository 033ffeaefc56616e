import { systemClock, type Clock } from '../../model/clock.js';

/** This machine's clock, whose wall can be stepped. */
export class SteppedClock implements Clock {
  /** `offset`: milliseconds that the wall is ahead of the machine's. */
  constructor(private offset = 0) {}

  now(): number {
    return systemClock.now();
  }

  wall(): number {
    return systemClock.wall() + this.offset;
  }

  after(ms: number, callback: () => void): () => void {
    return systemClock.after(ms, callback);
  }

  /** Sets the clock ahead, or back, by so many milliseconds. */
  step(ms: number): void {
    this.offset += ms;
  }
}
