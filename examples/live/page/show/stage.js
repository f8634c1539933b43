/**
 * The stage: a picture in place of a video, comments that fly across it, and hearts that rise.
 */

import { Comments } from "./comments.js";
import { Hearts } from "./hearts.js";
import { Scene } from "./scene.js";

export class Stage {
  /** @param {{scene: HTMLElement, flight: HTMLElement, hearts: HTMLElement}} places */
  constructor({ scene, flight, hearts }) {
    this.scene = new Scene(scene);
    this.comments = new Comments(flight);
    this.hearts = new Hearts(hearts);
  }
}
