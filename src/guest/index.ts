export { guestImage } from './image.ts';
